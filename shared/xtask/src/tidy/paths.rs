//! What a file names of its own crate: the paths in its `use` lines and in its code, and what a
//! head of a folder hands on.
//!
//! It reads words and `::`, no syntax: comments and texts are left out, macros are read as code.

use std::collections::BTreeMap;

use super::source::SourceFile;

/// Segments from the root of the crate.
type ModulePath = Vec<String>;

/// A module that is a file.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Its file, from the root of the workspace.
    pub(crate) file: String,
    /// What it names, as paths from the root of the crate.
    pub(crate) named: Vec<ModulePath>,
    path: ModulePath,
    /// Names that it hands on, and where they lead.
    handed_on: BTreeMap<String, ModulePath>,
    /// Modules of which it hands on everything.
    all_of: Vec<ModulePath>,
    /// What it defines.
    defines: Vec<String>,
}

/// The modules of a crate.
pub(crate) struct Crate(BTreeMap<ModulePath, Module>);

impl Crate {
    /// Of its files.
    pub(crate) fn of(modules: Vec<Module>) -> Self {
        Self(modules.into_iter().map(|module| (module.path.clone(), module)).collect())
    }

    /// Its modules, in order of their paths.
    pub(crate) fn modules(&self) -> impl Iterator<Item = &Module> {
        self.0.values()
    }

    /// The module that defines what a path names; none where that is no file of this crate.
    pub(crate) fn defining(&self, path: &[String]) -> Option<&Module> {
        self.defining_within(path, 8)
    }

    /// A name may be handed on several times; one that leads round in a loop ends here.
    fn defining_within(&self, path: &[String], steps: usize) -> Option<&Module> {
        let depth = (0..=path.len()).rev().find(|depth| self.0.contains_key(&path[..*depth]))?;
        let module = self.0.get(&path[..depth])?;
        let Some(name) = path.get(depth) else { return Some(module) };
        if steps == 0 || module.defines.contains(name) {
            return Some(module);
        }
        if let Some(target) = module.handed_on.get(name) {
            return self.defining_within(target, steps - 1);
        }
        for target in &module.all_of {
            let mut through = target.clone();
            through.push(name.clone());
            if let Some(found) = self.defining_within(&through, steps - 1)
                && found.defines.contains(name)
            {
                return Some(found);
            }
        }
        Some(module)
    }
}

/// What a `use` names: a path, what it is called here, and whether it is everything there.
struct Import {
    path: Vec<String>,
    called: String,
    is_all: bool,
}

impl Module {
    /// Reads the lines of a file that run in production.
    pub(crate) fn read(file: &SourceFile) -> Self {
        let text: String = file.production().flat_map(|(_, line)| [line, "\n"]).collect();
        let words = words(&text);
        let mut module = Self { file: file.path.clone(), path: module_path(&file.path), ..Self::default() };
        let children: Vec<&str> =
            words.windows(2).filter(|pair| pair[0] == "mod").map(|pair| pair[1].as_str()).collect();
        let mut imported_modules: BTreeMap<String, ModulePath> = BTreeMap::new();
        let mut at = 0;
        while at < words.len() {
            let word = words[at].as_str();
            if DEFINING.contains(&word)
                && let Some(name) = words.get(at + 1)
            {
                module.defines.push(name.clone());
            }
            if word == "use" {
                let is_handed_on = at > 0 && matches!(words[at - 1].as_str(), "pub" | ")");
                let mut imports = Vec::new();
                at = read_use(&words, at + 1, &[], &mut imports);
                for import in imports {
                    let Some(path) = module.rooted(&import.path, &children) else { continue };
                    match (is_handed_on, import.is_all) {
                        (true, true) => module.all_of.push(path),
                        (true, false) => drop(module.handed_on.insert(import.called, path)),
                        (false, _) => {
                            imported_modules.insert(import.called, path.clone());
                            // A name in lower case may be a module: what is named through it counts.
                            if import.is_all || path.last().is_some_and(|last| !is_lower(last)) {
                                module.named.push(path);
                            }
                        }
                    }
                }
                continue;
            }
            let begins_path = at == 0 || words[at - 1] != "::";
            if begins_path && is_word(word) {
                let (path, next) = read_path(&words, at);
                let through =
                    imported_modules.get(word).filter(|through| through.last().is_some_and(|last| is_lower(last)));
                if let Some(through) = through {
                    module.named.push(through.iter().chain(&path[1..]).cloned().collect());
                } else if path.len() > 1
                    && let Some(path) = module.rooted(&path, &children)
                {
                    module.named.push(path);
                }
                at = next.max(at + 1);
                continue;
            }
            at += 1;
        }
        module
    }

    /// A path as it is written here, from the root of the crate; none where it leads outside.
    fn rooted(&self, path: &[String], children: &[&str]) -> Option<ModulePath> {
        let first = path.first()?.as_str();
        let mut base: ModulePath = match first {
            "crate" => Vec::new(),
            "self" => self.path.clone(),
            "super" => self.path[..self.path.len().checked_sub(1)?].to_vec(),
            child if children.contains(&child) => {
                return Some(self.path.iter().chain(path).cloned().collect());
            }
            _ => return None,
        };
        for segment in &path[1..] {
            if segment == "super" {
                base.pop();
            } else {
                base.push(segment.clone());
            }
        }
        Some(base)
    }
}

const DEFINING: [&str; 8] = ["struct", "enum", "trait", "type", "fn", "const", "static", "union"];

fn is_lower(name: &str) -> bool {
    name.chars().all(|c| !c.is_uppercase())
}

fn is_word(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// `crate::a::B`, as far as it goes, and where it ends.
fn read_path(words: &[String], mut at: usize) -> (Vec<String>, usize) {
    let mut path = vec![words[at].clone()];
    while words.get(at + 1).is_some_and(|word| word == "::") && words.get(at + 2).is_some_and(|word| is_word(word)) {
        path.push(words[at + 2].clone());
        at += 2;
    }
    (path, at + 1)
}

/// One branch of a `use`, up to its `,`, `}` or `;`. Answers where it ends.
fn read_use(words: &[String], mut at: usize, before: &[String], imports: &mut Vec<Import>) -> usize {
    let mut path = before.to_vec();
    let mut called = None;
    while let Some(word) = words.get(at) {
        match word.as_str() {
            "::" => at += 1,
            "{" => {
                at += 1;
                while words.get(at).is_some_and(|word| word != "}") {
                    at = read_use(words, at, &path, imports);
                    if words.get(at).is_some_and(|word| word == ",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            "*" => {
                imports.push(Import { path, called: String::new(), is_all: true });
                return at + 1;
            }
            "as" => {
                called = words.get(at + 1).cloned();
                at += 2;
            }
            "self" if !path.is_empty() => at += 1,
            name if is_word(name) => {
                path.push(name.to_owned());
                at += 1;
            }
            _ => break,
        }
    }
    let called = called.or_else(|| path.last().cloned()).unwrap_or_default();
    imports.push(Import { path, called, is_all: false });
    at
}

/// `shared/money/src/a/b.rs` is `a::b`; a `mod.rs` is its folder, `lib.rs` and `main.rs` the root.
fn module_path(file: &str) -> ModulePath {
    let inside = file.split_once("/src/").map_or(file, |(_, inside)| inside);
    let bare = inside.strip_suffix(".rs").unwrap_or(inside);
    let mut path: ModulePath = bare.split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|last| last == "mod") || (path.len() == 1 && matches!(bare, "lib" | "main")) {
        path.pop();
    }
    path
}

/// Words, `::` and single signs; comments, texts and characters are left out.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = if c.is_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            words.push(rest[..end].to_owned());
            end
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if c == '"' {
            end_of_text(rest)
        } else if c == '\'' {
            end_of_character(rest)
        } else if rest.starts_with("::") {
            words.push("::".to_owned());
            2
        } else {
            if !c.is_whitespace() {
                words.push(c.to_string());
            }
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    words
}

/// The length of a text with its quotes.
fn end_of_text(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a character with its quotes, or of the quote of a lifetime.
fn end_of_character(rest: &str) -> usize {
    let inner = &rest[1..];
    if let Some(escaped) = inner.strip_prefix('\\') {
        return escaped.char_indices().skip(1).find(|(_, c)| *c == '\'').map_or(rest.len(), |(at, _)| at + 3);
    }
    match inner.char_indices().nth(1) {
        Some((at, '\'')) => at + 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_leave_out_comments_texts_and_characters() {
        let found = words("use a::B; // c::D\nlet x = \"e::\\\"F\"; '\\'' '\"' &'g str");
        let wanted = ["use", "a", "::", "B", ";", "let", "x", "=", ";", "&", "g", "str"];
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_file_is_a_module() {
        for (file, wanted) in [
            ("shared/money/src/lib.rs", ""),
            ("shared/money/src/a.rs", "a"),
            ("shared/money/src/a/mod.rs", "a"),
            ("shared/money/src/a/b.rs", "a::b"),
        ] {
            assert_eq!(module_path(file).join("::"), wanted, "{file}");
        }
    }
}
