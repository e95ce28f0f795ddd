//! The request of a provider's sign-out page, in a frame (OpenID Connect Front-Channel Logout 1.0,
//! section 3).

use crate::proto::client::config::ClientConfig;
use crate::proto::text::{form, secret};
use alloc::string::String;

/// The session that must end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Logout {
    /// The session with this `sid` at this `iss`.
    Of {
        /// `iss`.
        iss: String,
        /// `sid`.
        sid: String,
    },
    /// Any session of this client.
    AnySession,
}

/// Reads the query of the page's address. `None` if it is malformed, has a parameter twice, or has
/// one of the two without the other.
#[must_use]
pub fn read(query: &str) -> Option<Logout> {
    let all = form::read(query).ok()?;
    let [mut iss, mut sid] = [None, None];
    for (name, value) in all {
        let place = match &*name {
            "iss" => &mut iss,
            "sid" => &mut sid,
            _ => continue,
        };
        if place.replace(value).is_some() {
            return None;
        }
    }
    match (iss, sid) {
        (Some(iss), Some(sid)) => Some(Logout::Of { iss, sid }),
        (None, None) => Some(Logout::AnySession),
        _ => None,
    }
}

impl Logout {
    /// Whether it names the session of this issuer with this `sid`, empty if it has none.
    ///
    /// Any page can show this one in a frame. Without the `sid` a request ends no session that has
    /// one, and it ends another session only if the app says that its provider sends none.
    #[must_use]
    pub fn is_of(&self, config: &ClientConfig, issuer: &str, own: &str) -> bool {
        match self {
            Self::Of { iss, sid } => {
                let is_same = secret::same(sid.as_bytes(), own.as_bytes());
                !own.is_empty() && config.is_same_issuer(iss, issuer) && is_same
            }
            Self::AnySession => own.is_empty() && !config.requires_logout_sid(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use alloc::{borrow::ToOwned, format};

    fn config(more: &str) -> ClientConfig {
        let settings = format!(
            r#"{{"issuer":"https://op.example","clientId":"c",
            "redirectUri":"https://app.example/cb"{more}}}"#
        );
        ClientConfig::read(&settings).unwrap()
    }

    fn ends(query: &str, own: &str, more: &str) -> bool {
        read(query).is_some_and(|logout| logout.is_of(&config(more), "https://op.example", own))
    }

    const RIGHT: &str = "iss=https%3A%2F%2Fop.example&sid=s-1";

    #[test]
    fn log_12_only_both_right_parameters_end_a_session() {
        assert!(ends(RIGHT, "s-1", ""));
        assert!(ends("lang=de&sid=s-1&iss=https://op.example", "s-1", ""));
        for query in [
            "",
            "iss=https%3A%2F%2Fop.example",
            "sid=s-1",
            "iss=https%3A%2F%2Fop.example&sid=",
            "iss=https%3A%2F%2Fop.example&sid=s-2",
            "iss=https%3A%2F%2Fop.example&sid=s-1%20",
            "iss=https%3A%2F%2Fop.example&sid=S-1",
            "iss=https%3A%2F%2Fop.example%2F&sid=s-1",
            "iss=https%3A%2F%2Fevil.example&sid=s-1",
            "iss=https%3A%2F%2Fop.example&sid=s-1&sid=s-1",
            "iss=https%3A%2F%2Fop.example&sid=s-2&sid=s-1",
            "iss=https%3A%2F%2Fop.example&iss=https%3A%2F%2Fop.example&sid=s-1",
            "iss=https%3A%2F%2Fop.example&sid=s-1&x=%",
        ] {
            for more in ["", r#","frontchannelLogoutSessionRequired":false"#] {
                assert!(!ends(query, "s-1", more), "{query} {more}");
            }
        }
    }

    #[test]
    fn log_12_a_session_without_sid_ends_only_where_the_app_says_that_none_is_sent() {
        let lax = r#","frontchannelLogoutSessionRequired":false"#;
        assert!(ends("", "", lax));
        for (query, more) in
            [("", ""), (RIGHT, ""), (RIGHT, lax), ("sid=", lax), ("iss=&sid=", lax)]
        {
            assert!(!ends(query, "", more), "{query} {more}");
        }
        assert!(read("sid=a").is_none() && read("a=b").is_some_and(|it| it == Logout::AnySession));
        let both = Logout::Of { iss: "i".to_owned(), sid: "s".to_owned() };
        assert_eq!(read("iss=i&sid=s"), Some(both));
    }
}
