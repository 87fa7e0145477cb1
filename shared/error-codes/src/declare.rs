//! How a group of pages is written: a constant and its page in one place.

/// Declares the pages of one group: `3 NAME = "CM0123" { title: .., happened: .., why: .., remedy: .. }`,
/// where 3 is the exit code.
macro_rules! declare_pages {
    ($($exit:literal $name:ident = $code:literal {
        title: $title:literal,
        happened: $happened:literal,
        why: $why:literal,
        remedy: $remedy:literal,
    })*) => {
        $(
            #[doc = concat!($code, ": ", $title, ".")]
            pub const $name: crate::Code<$exit> = crate::Code::of(&crate::Page {
                code: $code,
                name: stringify!($name),
                exit: $exit,
                title: $title,
                happened: $happened,
                why: $why,
                remedy: $remedy,
            });
        )*
        pub(crate) const PAGES: &[&crate::Page] = &[$($name.page()),*];
    };
}
pub(crate) use declare_pages;
