//! LemonLDAP::NG, the second provider of the end-to-end tests: the system's packages, where there
//! are any. Its story says aloud that it is skipped elsewhere.

use crate::{shell, system};
use std::path::Path;

/// The portal; the lightest of the servers that its package insists on, and the one that runs it
/// here; and what its OpenID Connect part loads without saying so in its dependencies.
const PACKAGES: [&str; 7] = [
    "liblemonldap-ng-portal-perl",
    "lemonldap-ng-fastcgi-server",
    "mini-httpd",
    "starman",
    "libstring-random-perl",
    "libio-string-perl",
    "libcrypt-openssl-bignum-perl",
];

/// Brings it, or says that it cannot be brought.
pub(crate) fn ensure() {
    let advice = "On Debian or Ubuntu: cargo xtask setup. Its story is skipped until then.";
    match system::install(&PACKAGES, advice) {
        Ok(()) if Path::new("/usr/share/lemonldap-ng/portal").exists() => {
            shell::say("LemonLDAP::NG: /usr/share/lemonldap-ng/portal");
        }
        Ok(()) => shell::say("LemonLDAP::NG is installed, but not where Debian puts it"),
        Err(failure) => shell::say(&format!("{failure}")),
    }
}
