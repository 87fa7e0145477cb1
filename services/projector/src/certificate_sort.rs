//! What happened to each key of the state certificate, sorted by key: of a long log more than memory should
//! hold.
//!
//! What happens is gathered in the order of the log; whenever there is much of it, it is sorted and put into
//! a file that has no name and goes with the process. At the end these runs are merged, so that who asks
//! sees one key after the other, with all that happened to it in the order in which it did. Deliberately
//! absent: what becomes of it (`certificate.rs`).

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write},
};

use seal::NodeHash;

/// Something that happened to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Happened {
    /// One more fact counts.
    Each(NodeHash),
    /// A fact took the place of all before it.
    Last(NodeHash),
    /// Nothing of it counts any more.
    Gone,
    /// A delivery's version of usage begins, in the place of all but the one that it replaces.
    UsageBegins {
        /// The delivery.
        delivery: u32,
        /// The one it replaces; [`NO_DELIVERY`] for none.
        replaces: u32,
        /// The first part.
        hash: NodeHash,
    },
    /// One more part of the version that began last.
    UsagePart(NodeHash),
}

/// Stands for no delivery.
pub(crate) const NO_DELIVERY: u32 = u32::MAX;

/// What is gathered before it is put into a file: some tens of megabytes.
const GATHERED_MAX: usize = 200_000;

/// A key, its place in the order of the log, and what happened.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    key: Box<str>,
    order: u64,
    happened: Happened,
}

/// All that happened.
#[derive(Debug, Default)]
pub(crate) struct CertificateSort {
    gathered: Vec<Entry>,
    next: u64,
    runs: Vec<File>,
}

impl CertificateSort {
    /// Adds what happened to a key after all else.
    pub(crate) fn add(&mut self, key: String, happened: Happened) -> io::Result<()> {
        self.gathered.push(Entry { key: key.into_boxed_str(), order: self.next, happened });
        self.next += 1;
        if self.gathered.len() >= GATHERED_MAX { self.put_away() } else { Ok(()) }
    }

    fn put_away(&mut self) -> io::Result<()> {
        self.gathered.sort_unstable();
        let mut writer = BufWriter::new(tempfile::tempfile()?);
        for entry in self.gathered.drain(..) {
            entry.write(&mut writer)?;
        }
        self.runs.push(writer.into_inner().map_err(io::IntoInnerError::into_error)?);
        Ok(())
    }

    /// Shows each key with all that happened to it, in order of the keys.
    pub(crate) fn each_key(&self, mut see: impl FnMut(&str, &[Happened])) -> io::Result<()> {
        let mut gathered: Vec<&Entry> = self.gathered.iter().collect();
        gathered.sort_unstable();
        let mut sources: Vec<Box<dyn Iterator<Item = io::Result<Entry>> + '_>> = Vec::new();
        for mut run in &self.runs {
            run.rewind()?;
            sources.push(Box::new(Run(BufReader::new(run))));
        }
        sources.push(Box::new(gathered.into_iter().map(|entry| Ok(entry.clone()))));

        let mut heads = BinaryHeap::new();
        for (at, source) in sources.iter_mut().enumerate() {
            heads.extend(source.next().transpose()?.map(|entry| Reverse((entry, at))));
        }
        let (mut key, mut happened): (Box<str>, Vec<Happened>) = (Box::default(), Vec::new());
        while let Some(Reverse((entry, at))) = heads.pop() {
            heads.extend(sources[at].next().transpose()?.map(|entry| Reverse((entry, at))));
            if entry.key != key {
                if !happened.is_empty() {
                    see(&key, &happened);
                }
                happened.clear();
                key = entry.key;
            }
            happened.push(entry.happened);
        }
        if !happened.is_empty() {
            see(&key, &happened);
        }
        Ok(())
    }
}

/// A run as it is read again.
struct Run<'a>(BufReader<&'a File>);

impl Iterator for Run<'_> {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.0.fill_buf() {
            Ok([]) => None,
            Ok(_) => Some(Entry::read(&mut self.0)),
            Err(fault) => Some(Err(fault)),
        }
    }
}

impl Entry {
    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let none = NodeHash([0; 32]);
        let (kind, hash, delivery, replaces) = match self.happened {
            Happened::Each(hash) => (0, hash, 0, 0),
            Happened::Last(hash) => (1, hash, 0, 0),
            Happened::Gone => (2, none, 0, 0),
            Happened::UsageBegins { delivery, replaces, hash } => (3, hash, delivery, replaces),
            Happened::UsagePart(hash) => (4, hash, 0, 0),
        };
        let length = u32::try_from(self.key.len()).map_err(io::Error::other)?;
        to.write_all(&length.to_le_bytes())?;
        to.write_all(self.key.as_bytes())?;
        to.write_all(&self.order.to_le_bytes())?;
        to.write_all(&[kind])?;
        to.write_all(&hash.0)?;
        to.write_all(&u32::to_le_bytes(delivery))?;
        to.write_all(&u32::to_le_bytes(replaces))
    }

    fn read(from: &mut impl Read) -> io::Result<Self> {
        let length = u32::from_le_bytes(bytes(from)?);
        let mut key = vec![0; length as usize];
        from.read_exact(&mut key)?;
        let order = u64::from_le_bytes(bytes(from)?);
        let [kind] = bytes(from)?;
        let hash = NodeHash(bytes(from)?);
        let (delivery, replaces) = (u32::from_le_bytes(bytes(from)?), u32::from_le_bytes(bytes(from)?));
        let happened = match kind {
            0 => Happened::Each(hash),
            1 => Happened::Last(hash),
            2 => Happened::Gone,
            3 => Happened::UsageBegins { delivery, replaces, hash },
            4 => Happened::UsagePart(hash),
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
        let key = String::from_utf8(key).map_err(io::Error::other)?.into_boxed_str();
        Ok(Self { key, order, happened })
    }
}

fn bytes<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn happened() -> impl Strategy<Value = Happened> {
        let hash = any::<[u8; 32]>().prop_map(NodeHash);
        prop_oneof![
            hash.clone().prop_map(Happened::Each),
            hash.clone().prop_map(Happened::Last),
            Just(Happened::Gone),
            (0..3_u32, 0..3_u32, hash.clone()).prop_map(|(delivery, replaces, hash)| Happened::UsageBegins {
                delivery,
                replaces,
                hash
            }),
            hash.prop_map(Happened::UsagePart),
        ]
    }

    proptest! {
        /// However often it was put away, every key comes once, with what happened to it in order.
        #[test]
        fn runs_say_what_a_map_says(all in prop::collection::vec(("[a-c]{1,3}", happened(), any::<bool>()), 0..60)) {
            let mut sort = CertificateSort::default();
            let mut expected: BTreeMap<String, Vec<Happened>> = BTreeMap::new();
            for (key, happened, put_away) in all {
                sort.add(key.clone(), happened).unwrap();
                expected.entry(key).or_default().push(happened);
                if put_away {
                    sort.put_away().unwrap();
                }
            }
            for _ in 0..2 {
                let mut found = Vec::new();
                sort.each_key(|key, happened| found.push((key.to_owned(), happened.to_vec()))).unwrap();
                prop_assert_eq!(&found, &expected.clone().into_iter().collect::<Vec<_>>());
            }
        }
    }
}
