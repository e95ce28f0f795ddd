//! Writes the glue between a module and TypeScript: a factory of instances.
//!
//! wasm-bindgen writes one function per export, and keeps its only instance in variables of the
//! script. Here an instance that trapped must be replaced, and the exports are so alike that one
//! function serves all of them. So the glue of wasm-bindgen is only read, line by line. If it does
//! anything that `glue.js` does not do, the build stops.

use crate::shell::Failure;

/// The name under which wasm-bindgen's module imports its functions.
const IMPORTS_FROM: &str = "./countersign_bg.js";

/// The shorter name in a finished module and its glue.
const HOST: &str = "host";

/// The exports of wasm-bindgen that the glue calls, and their shorter names.
const EXPORTS: [(&str, &str); 3] =
    [("__wbindgen_malloc", "malloc"), ("__wbindgen_free", "free"), ("__wbindgen_start", "start")];

/// The function that gives wasm-bindgen's glue its instance.
const SET_WASM: &str = "__wbg_set_wasm";

/// The statement of wasm-bindgen's entry file that starts the module.
const START: &str = "wasm.__wbindgen_start();";

/// The glue of a module with every import.
const TEMPLATE: &str = include_str!("glue.js");

/// How the glue reads the result of an export: a text, or a boolean.
const LIFT_TEXT: &str = "        const [at, length] = wasm[name](...lowered)
        if (!at) return undefined
        const text = read(at, length)
        wasm.free(at, length, 1)
        return text
";
const LIFT_BOOLEAN: &str = "        return wasm[name](...lowered) !== 0\n";

/// The same for a module with exports of both kinds.
const LIFT: &str = "        const result = wasm[name](...lowered)
        if (typeof result === 'number') return result !== 0
        const [at, length] = result
";
const LIFT_PAIR: &str = "        const [at, length] = wasm[name](...lowered)\n";

/// The line of an export that returns a boolean.
const BOOLEAN: &str = "return ret !== 0;";

/// The imports of a module: the shorter name, the start of wasm-bindgen's name (a hash follows), and
/// the body that wasm-bindgen writes.
const IMPORTS: [(&str, &str, &str); 4] = [
    (
        "fail",
        "__wbg___wbindgen_throw_",
        "(arg0, arg1) {\n    throw new Error(getStringFromWasm0(arg0, arg1));\n}",
    ),
    (
        "random",
        "__wbg_getRandomValues_",
        "(arg0, arg1) {\n    crypto.getRandomValues(getArrayU8FromWasm0(arg0, arg1));\n}",
    ),
    (
        "verify",
        "__wbg_verifySignature_",
        "(arg0, arg1, arg2, arg3, arg4) {\n    \
         const ret = verifySignature(arg0 >>> 0, getArrayU8FromWasm0(arg1, arg2), \
         getArrayU8FromWasm0(arg3, arg4));\n    return ret;\n}",
    ),
    (
        "table",
        "__wbindgen_init_externref_table",
        "() {\n    const table = wasm.__wbindgen_externrefs;\n    table.set(0, undefined);\n    \
         table.set(1024, undefined);\n    table.set(1025, null);\n    table.set(1026, true);\n    \
         table.set(1027, false);\n}",
    ),
];

/// The statement that frees the text of a call. A module that exports `release` frees all memory of
/// the call instead.
const FREE: &str = "wasm.free(at, length, 1)";
const RELEASE: &str = "release";

/// The lines that an export may have, without the numbers of variables and the names of inputs.
const LINES: [&str; 25] = [
    "let deferred_0;",
    "let deferred_1;",
    "try {",
    "let ptr, len;",
    "val = +INPUT;",
    "ptr = passStringToWasm0(INPUT, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);",
    "ptr = isLikeNone(INPUT) ? 0 : passStringToWasm0(INPUT, wasm.__wbindgen_malloc, \
     wasm.__wbindgen_realloc);",
    "ptr = passArray8ToWasm0(INPUT, wasm.__wbindgen_malloc);",
    "len = WASM_VECTOR_LEN;",
    "} catch (e) {",
    "if (ptr) { wasm.__wbindgen_free(ptr, len * 1, 1); }",
    "throw e;",
    "deferred_0 = ret[0];",
    "deferred_1 = ret[1];",
    "return getStringFromWasm0(ret[0], ret[1]);",
    BOOLEAN,
    "} finally {",
    "wasm.__wbindgen_free(deferred_0, deferred_1, 1);",
    "let v;",
    "if (ret[0] !== 0) {",
    "v = getStringFromWasm0(ret[0], ret[1]);",
    "wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);",
    "return v;",
    "}",
    "",
];

/// The factory for the module of `entry` (`countersign.js`) and `glue` (`countersign_bg.js`).
pub(crate) fn factory(entry: &str, glue: &str) -> Result<String, Failure> {
    check_entry(entry)?;
    let mut text = TEMPLATE.to_owned();
    let mut imports = Vec::new();
    let (mut exports, mut booleans) = (0, 0);
    let mut free = FREE;
    for (name, body) in exported(glue)? {
        if name == SET_WASM {
            continue;
        }
        if name == RELEASE && body == "() {\n    wasm.release();\n}" {
            free = "wasm.release()";
            continue;
        }
        if !name.starts_with("__wb") {
            check_export(name, &body)?;
            exports += 1;
            booleans += usize::from(body.contains(BOOLEAN));
            continue;
        }
        let known = IMPORTS.iter().find(|row| name.starts_with(row.1) && body == row.2);
        let Some((short, ..)) = known else { return Err(unknown(&format!("{name}{body}"))) };
        imports.push(*short);
    }
    if imports.is_empty() || exports == 0 {
        return Err(unknown("nothing imported or nothing exported"));
    }
    text = text.replace("FREE", free);
    match booleans {
        0 => {}
        _ if booleans == exports => text = text.replace(LIFT_TEXT, LIFT_BOOLEAN),
        _ => text = text.replace(LIFT_PAIR, LIFT),
    }
    let absent = IMPORTS.iter().filter(|(short, ..)| !imports.contains(short));
    Ok(absent.fold(text, |text, (short, ..)| without(&text, short)))
}

/// The shorter name of an import or export. Returns `None` if the name stays.
pub(crate) fn short_name(name: &str) -> Option<&'static str> {
    let imported = IMPORTS.iter().find(|row| name.starts_with(row.1)).map(|row| row.0);
    imported.or_else(|| EXPORTS.iter().find(|row| name == row.0).map(|row| row.1))
}

/// The shorter name of the script that a module imports from. Returns `None` if the name stays.
pub(crate) fn short_import_module(place: &str) -> Option<&'static str> {
    (place == IMPORTS_FROM).then_some(HOST)
}

/// The glue without an import that the module does not have.
fn without(text: &str, short: &str) -> String {
    let Some((before, rest)) = text.split_once(&format!("    {short}(")) else {
        return text.to_owned();
    };
    let after = rest.split_once("\n    },\n").map_or("", |(_, after)| after);
    format!("{before}{after}")
}

/// Refuses an entry file that does not start the module, or does anything that `attach` does not.
fn check_entry(entry: &str) -> Result<(), Failure> {
    let mut starts = false;
    let mut exporting = false;
    for line in entry.lines().map(str::trim) {
        let known = line.is_empty()
            || line.starts_with("/*")
            || line.starts_with("import * as wasm from ")
            || line == format!("import {{ {SET_WASM} }} from \"{IMPORTS_FROM}\";")
            || line == format!("{SET_WASM}(wasm);");
        match line {
            START => starts = true,
            "export {" => exporting = true,
            _ if exporting => exporting = !line.starts_with('}'),
            _ if known => {}
            _ => return Err(unknown(line)),
        }
    }
    if starts { Ok(()) } else { Err(unknown("the module is not started")) }
}

/// The exported functions of wasm-bindgen's glue: the name, and the text from the inputs on. Refuses
/// glue that imports anything or exports anything else.
fn exported(glue: &str) -> Result<Vec<(&str, String)>, Failure> {
    let mut functions: Vec<(&str, String)> = Vec::new();
    let mut inside = false;
    for line in glue.lines() {
        if line.starts_with("import") {
            return Err(unknown(line));
        }
        if let Some(declared) = line.strip_prefix("export ") {
            let head = declared.strip_prefix("function ").and_then(|head| head.split_once('('));
            let Some((name, inputs)) = head else { return Err(unknown(line)) };
            functions.push((name, format!("({inputs}")));
            inside = !line.ends_with(" }");
        } else if let Some((_, text)) = functions.last_mut().filter(|_| inside) {
            text.push('\n');
            text.push_str(line);
            inside = !line.starts_with('}');
        }
    }
    Ok(functions)
}

/// Refuses an export that does more than pass its inputs and read its text or boolean.
fn check_export(name: &str, text: &str) -> Result<(), Failure> {
    let inputs = text.trim_start_matches('(').split(')').next().unwrap_or_default();
    let call = format!("const ret = wasm.{name}(");
    for line in text.lines().skip(1).map(str::trim) {
        let mut plain = unnumbered(line);
        for input in inputs.split(", ") {
            for (before, after) in [("(", ","), ("(", ")"), ("+", ";")] {
                let named = format!("{before}{input}{after}");
                plain = plain.replace(&named, &format!("{before}INPUT{after}"));
            }
        }
        while plain.contains("ptr, len, ptr") {
            plain = plain.replace("ptr, len, ptr", "ptr");
        }
        let plain =
            plain.strip_prefix("const ").filter(|_| !line.contains("ret =")).unwrap_or(&plain);
        if !line.starts_with(&call) && !LINES.contains(&plain) {
            return Err(unknown(&format!("{line} (in {name})")));
        }
    }
    Ok(())
}

/// The line without the numbers of wasm-bindgen's variables.
fn unnumbered(line: &str) -> String {
    let mut text = String::new();
    let mut word = String::new();
    for letter in line.chars() {
        let numbered = matches!(word.as_str(), "ptr" | "len" | "val" | "v" | "deferred");
        if letter.is_ascii_digit() && numbered {
            continue;
        }
        if !letter.is_ascii_alphabetic() {
            word.clear();
        } else {
            word.push(letter);
        }
        text.push(letter);
    }
    text
}

fn unknown(what: &str) -> Failure {
    Failure::new(
        format!("wasm-bindgen's glue is not as expected: {what}"),
        "After an update of wasm-bindgen, adapt xtask/src/glue.rs and xtask/src/glue.js.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = "import * as wasm from \"./countersign_bg.wasm\";\n\
        import { __wbg_set_wasm } from \"./countersign_bg.js\";\n\n\
        __wbg_set_wasm(wasm);\nwasm.__wbindgen_start();\n\
        export {\n    begin, resume\n} from \"./countersign_bg.js\";\n";
    const EXPORT: &str = "export function readToken(config, now) {\n    const val3 = +now;\n    \
        const ptr0 = passStringToWasm0(config, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);\n    \
        const len0 = WASM_VECTOR_LEN;\n    const ret = wasm.readToken(ptr0, len0, val3);\n    \
        return getStringFromWasm0(ret[0], ret[1]);\n}\n";

    /// The glue that wasm-bindgen writes for these exports.
    fn glue(exports: &str) -> String {
        let mut text = exports.to_owned();
        for (_, name, body) in IMPORTS {
            text += &format!("export function {name}{body}\n");
        }
        text + "let wasm;\nexport function __wbg_set_wasm(val) {\n    wasm = val;\n}\n"
    }

    #[test]
    fn what_a_module_imports_is_there_under_its_short_name_and_nothing_else() {
        let made = factory(ENTRY, &glue(EXPORT)).expect("this is what wasm-bindgen writes");
        for (name, long, _) in IMPORTS {
            assert!(made.contains(&format!("    {name}(")) && !made.contains(long));
            assert_eq!(short_name(&format!("{long}0123456789abcdef")), Some(name));
        }
        assert!(made.contains(&format!("imports: {{ {HOST} }}")));
        assert_eq!(short_import_module(IMPORTS_FROM), Some(HOST));
        assert_eq!((short_name("begin"), short_import_module("./other.js")), (None, None));
        assert_eq!(made.matches("export ").count(), 1);
        let (verify, body) = (IMPORTS[2].1, IMPORTS[2].2);
        let fewer = glue(EXPORT).replace(&format!("export function {verify}{body}\n"), "");
        let made = factory(ENTRY, &fewer).expect("this is what wasm-bindgen writes");
        assert!(!made.contains("    verify(") && made.contains("    table("));
    }

    #[test]
    fn a_module_whose_exports_are_booleans_has_a_glue_that_returns_them() {
        let boolean = EXPORT.replace("return getStringFromWasm0(ret[0], ret[1]);", BOOLEAN);
        let made = factory(ENTRY, &glue(&boolean)).expect("this is what wasm-bindgen writes");
        assert!(made.contains(LIFT_BOOLEAN) && !made.contains("const text"));
        let made = factory(ENTRY, &glue(EXPORT)).expect("this is what wasm-bindgen writes");
        assert!(made.contains(LIFT_TEXT));
        let made = factory(ENTRY, &glue(&format!("{EXPORT}{boolean}"))).expect("both are written");
        assert!(made.contains(LIFT) && !made.contains(LIFT_PAIR));
        assert!(made.contains("if (!at) return undefined"));
    }

    #[test]
    fn a_module_that_releases_all_memory_is_asked_to_after_each_text() {
        let release = "export function release() {\n    wasm.release();\n}\n";
        let made = factory(ENTRY, &glue(&format!("{EXPORT}{release}"))).expect("this is written");
        assert!(made.contains("        wasm.release()\n        return text\n"));
        let made = factory(ENTRY, &glue(EXPORT)).expect("this is what wasm-bindgen writes");
        assert!(made.contains(&format!("        {FREE}\n        return text\n")));
        assert!(factory(ENTRY, &glue(&release.replace("();", "(1);"))).is_err());
    }

    #[test]
    fn what_is_not_known_stops_the_build() {
        let known = glue(EXPORT);
        let strange = [
            known.replace("let wasm;", "export class Client {}\nlet wasm;"),
            format!("import {{ now }} from './snippets/now.js';\n{known}"),
            known.replace("return getString", "return takeObject"),
            known.replace("passStringToWasm0(config", "addHeapObject(config"),
            known.replace("(1026, true)", "(1026, 1)"),
            known.replace("getRandomValues_", "now_"),
            glue(""),
        ];
        for glue in strange {
            assert!(factory(ENTRY, &glue).is_err(), "{glue}");
        }
        assert!(factory(&format!("{ENTRY}wasm.main();\n"), &known).is_err());
        assert!(factory(&ENTRY.replace(START, ""), &known).is_err());
    }
}
