//! `docs`: writes what the documentation has from tables: settings, sizes, runtimes, bundlers.

use crate::shell::{self, Failure};
use crate::{node, paths, provider_docs, provider_tests, size};
use countersign::proto::client::machine::MACHINE_SETTINGS;
use countersign::proto::settings::{
    API_NEED, CLIENT_SETTINGS, INTROSPECTION_SETTINGS, SESSIONS_SETTINGS, SIGN_IN_OPTIONS,
    SIGN_OUT_OPTIONS, SLIM_CLIENT_SETTINGS, Setting, USERINFO_SETTINGS, VERIFIER_SETTINGS,
    VERIFY_OPTIONS,
};
use std::path::PathBuf;

/// Writes the page of the settings, measures the sizes, and writes the tables of the layers that have run.
/// `configuration` writes that page only, `providers` the pages of the presets and the
/// table of what is tested.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    match words {
        [] => {
            write_configuration()?;
            provider_docs::write()?;
            provider_tests::write()?;
            size::run(&[])?;
            let mut write = node::script(&paths::root().join("tests/tables/write.mjs"));
            shell::run(&mut write, "The other tables come from the layers runtime and packaging.")
        }
        ["configuration"] => write_configuration(),
        ["providers"] => provider_docs::write().and_then(|()| provider_tests::write()),
        _ => Err(Failure::new(
            format!("`docs` does not know `{}`", words.join(" ")),
            "Run: cargo xtask docs [configuration|providers]",
        )),
    }
}

/// Fails if the page of the settings is not what the types and tables say, or a page of a provider not
/// what its preset says.
pub(crate) fn check() -> Result<(), Failure> {
    provider_docs::check()?;
    provider_tests::check()?;
    let (path, text) = (configuration_path(), configuration()?);
    if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let what = format!("{} is stale", path.display());
    Err(Failure::new(what, "Run: cargo xtask docs configuration"))
}

fn write_configuration() -> Result<(), Failure> {
    let path = configuration_path();
    shell::write(&path, configuration()?)?;
    shell::say(&format!("{} is written", path.display()));
    Ok(())
}

fn configuration_path() -> PathBuf {
    paths::root().join("docs/configuration.md")
}

fn configuration() -> Result<String, Failure> {
    node::install("xtask/npm")?;
    let mut script = node::script(&paths::root().join("xtask/npm/configuration.mjs"));
    // In a file: a command line of this length makes a bad message.
    let settings = paths::target().join("settings.json");
    shell::write(&settings, tables())?;
    script.arg(settings);
    let advice = "The settings of types.ts and settings.rs must agree, see above.";
    // `output` trims the text.
    shell::output(&mut script, advice).map(|text| text + "\n")
}

/// The tables of settings as JSON. Names of settings need no escapes.
fn tables() -> String {
    let tables = [
        ("CLIENT_SETTINGS", CLIENT_SETTINGS),
        ("SIGN_IN_OPTIONS", SIGN_IN_OPTIONS),
        ("SIGN_OUT_OPTIONS", SIGN_OUT_OPTIONS),
        ("API_NEED", API_NEED),
        ("VERIFIER_SETTINGS", VERIFIER_SETTINGS),
        ("VERIFY_OPTIONS", VERIFY_OPTIONS),
        ("SESSIONS_SETTINGS", SESSIONS_SETTINGS),
        ("MACHINE_SETTINGS", MACHINE_SETTINGS),
        ("INTROSPECTION_SETTINGS", INTROSPECTION_SETTINGS),
        ("USERINFO_SETTINGS", USERINFO_SETTINGS),
    ];
    let mut members: Vec<String> =
        tables.iter().map(|(name, table)| format!("\"{name}\":[{}]", list(table, row))).collect();
    let renewal_only = CLIENT_SETTINGS.get(SLIM_CLIENT_SETTINGS.len()..).unwrap_or_default();
    members.push(format!("\"ONLY_WITH_RENEWAL\":[{}]", list(renewal_only, name)));
    format!("{{{}}}", members.join(","))
}

fn list(table: &[Setting], write: fn(&Setting) -> String) -> String {
    table.iter().map(write).collect::<Vec<_>>().join(",")
}

fn name(setting: &Setting) -> String {
    format!("\"{}\"", setting.name.text())
}

fn row(setting: &Setting) -> String {
    let (kind, required) = (setting.kind.name(), setting.required);
    format!("{{\"name\":{},\"kind\":\"{kind}\",\"required\":{required}}}", name(setting))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_json_with_a_row_for_each_setting() {
        let text = tables();
        assert!(text.starts_with(
            "{\"CLIENT_SETTINGS\":[{\"name\":\"issuer\",\"kind\":\"text\",\"required\":false}"
        ));
        assert!(text.contains("{\"name\":\"clientId\",\"kind\":\"text\",\"required\":true}"));
        assert!(text.contains("\"ONLY_WITH_RENEWAL\":[\"silent\""));
        assert!(text.ends_with("]}"));
    }
}
