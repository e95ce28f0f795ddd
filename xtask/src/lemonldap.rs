//! LemonLDAP::NG, the second provider of the end-to-end tests, from the packages of the system. Its
//! tests are skipped without it, and say so; in CI that is a failure.

use crate::shell::{self, Failure};
use crate::system;
use std::path::Path;

/// The portal; the smallest of the servers that its package requires, and the one that the tests use;
/// and the modules that its OpenID Connect part and its tools need but its package does not depend on.
const PACKAGES: [&str; 8] = [
    "liblemonldap-ng-portal-perl",
    "lemonldap-ng-fastcgi-server",
    "mini-httpd",
    "starman",
    "libstring-random-perl",
    "libio-string-perl",
    "libcrypt-openssl-bignum-perl",
    // The script that rotates keys.
    "libconvert-pem-perl",
];

/// Installs the packages, or prints why that is not possible; in CI that is a failure.
pub(crate) fn ensure() -> Result<(), Failure> {
    let advice = "On Debian or Ubuntu: cargo xtask setup. Its tests are skipped until then.";
    match system::install(&PACKAGES, advice) {
        Ok(()) if Path::new("/usr/share/lemonldap-ng/portal").exists() => {
            shell::say("LemonLDAP::NG: /usr/share/lemonldap-ng/portal");
            Ok(())
        }
        Ok(()) => {
            let what = "LemonLDAP::NG is installed, but not where Debian puts it";
            system::report_missing(Failure::new(what, advice))
        }
        Err(failure) => system::report_missing(failure),
    }
}
