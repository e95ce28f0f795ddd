//! Reads `CHANGELOG.md`: one section a version, the newest first.

/// The section of one version.
#[derive(Debug, PartialEq)]
pub(crate) struct Section<'a> {
    /// The text behind the version in the heading: a date, or `unreleased`.
    pub(crate) date: &'a str,
    /// The lines below the heading.
    pub(crate) notes: &'a str,
}

/// The section with the heading `## VERSION - DATE`. Returns `None` if there is none.
pub(crate) fn section<'a>(changelog: &'a str, version: &str) -> Option<Section<'a>> {
    changelog.split("\n## ").skip(1).find_map(|text| {
        let (heading, notes) = text.split_once('\n').unwrap_or((text, ""));
        let (name, date) = heading.split_once(" - ").unwrap_or((heading, ""));
        (name.trim() == version).then(|| Section { date: date.trim(), notes: notes.trim() })
    })
}

/// Whether a text has the form of a date: `2026-11-27`.
pub(crate) fn is_date(text: &str) -> bool {
    let form = |(index, byte): (usize, u8)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10 && text.bytes().enumerate().all(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGELOG: &str =
        "# Changelog\n\n## 0.2.0 - unreleased\n\n- New.\n\n## 0.1.0 - 2026-11-27\n\n- First.\n";

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let expected = Section { date: "unreleased", notes: "- New." };
        assert_eq!(section(CHANGELOG, "0.2.0"), Some(expected));
        let expected = Section { date: "2026-11-27", notes: "- First." };
        assert_eq!(section(CHANGELOG, "0.1.0"), Some(expected));
        assert_eq!(section(CHANGELOG, "0.1"), None);
        assert_eq!(section(CHANGELOG, "0.3.0"), None);
    }

    #[test]
    fn only_a_whole_date_is_one() {
        assert!(is_date("2026-11-27"));
        for text in ["", "unreleased", "2026-11-2", "2026/11/27", "27-11-2026"] {
            assert!(!is_date(text), "{text}");
        }
    }
}
