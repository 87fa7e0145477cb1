//! Certificates: two hashes that say whether two logs are the same.
//!
//! The first is of the state ([`crate::canonical`]): the same for whatever ways led to it. The
//! second is of the log itself, for copies: SHA-256 over
//!
//! ```text
//! creditmemo log certificate v1
//! <stream> <commits> <root of the tree over its commits>
//! ```
//!
//! with a line for each stream, in the order of [`StreamName::ALL`]. A leaf of the tree covers every
//! byte of a commit, its recorded time and clock mark among them ([`seal::CommitLeaf`]), and its
//! place is the sequence.

use std::{borrow::Cow, collections::BTreeMap, io};

use rustc_hash::{FxHashMap, FxHashSet};
use schemars::JsonSchema;
use seal::{CommitLeaf, MerkleTree, NodeHash, leaf_hash};
use serde::{Deserialize, Serialize};
use service_kit::{Failure, codes};
use sha2::{Digest, Sha256};
use wire::{
    BodyText, ChainHash, FactText, Fingerprint, PartOfSet, StoredCommit, StreamName, Subject, facts_of_any_form,
    fields_of,
};

use crate::{
    canonical::{PlacedFact, Rule, rule_of},
    certificate_sort::{CertificateSort, Happened, NO_DELIVERY},
};

/// The certificates of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Certificates {
    /// Of the state: balances, documents, policies, usage, whatever ways led to them. 64 digits.
    pub state: String,
    /// Of the log itself: every byte of every commit in its place. 64 digits.
    pub log: String,
}

/// Where a stream ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LastCommit {
    /// Its subject.
    pub subject: String,
    /// Its number there.
    pub n: u64,
    /// The chain of the subject after it.
    pub chain: String,
}

/// A commit, as far as certificates need it.
#[derive(Debug)]
pub(crate) struct CertifiedCommit {
    subject: Subject,
    leaf: NodeHash,
    n: u64,
    chain: ChainHash,
    part_of: Option<PartOfSet>,
    facts: Vec<PlacedFact>,
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    part_of: Option<PartOfSet>,
}

impl CertifiedCommit {
    /// Takes a commit apart: the work that needs no order.
    pub(crate) fn of(stored: &StoredCommit, fingerprint: Fingerprint) -> Self {
        let commit = &stored.commit;
        let (leaf, envelope, facts) = match BodyText::of(&commit.body) {
            Some(apart) => {
                let leaf = CommitLeaf::of_parts(fingerprint, &apart.parts());
                let facts = apart.facts.iter().zip(&leaf.parts[1..]).map(|(fact, hash)| place(fact, *hash)).collect();
                (leaf, Cow::Owned([apart.envelope, b"}"].concat()), facts)
            }
            // What the log says is the same in whatever form it stands: what the fold reads counts.
            None => {
                let facts = facts_of_any_form(&commit.body).unwrap_or_default();
                let facts = facts.iter().map(|fact| place(fact, leaf_hash(&[fact.text]))).collect();
                (CommitLeaf::of_parts(fingerprint, &[&commit.body]), Cow::Borrowed(&commit.body[..]), facts)
            }
        };
        let envelope: Option<Envelope> = serde_json::from_slice(&envelope).ok();
        Self {
            subject: commit.subject.clone(),
            leaf: leaf.hash(),
            n: commit.n,
            chain: commit.chain,
            part_of: envelope.and_then(|envelope| envelope.part_of),
            facts,
        }
    }
}

fn place(text: &FactText<'_>, hash: NodeHash) -> PlacedFact {
    let Some((fact_type, fact)) = text.shape else {
        return PlacedFact {
            group: "other",
            rule: Rule::Each(None),
            value: String::new(),
            other: None,
            begins: false,
            hash,
        };
    };
    let (group, rule) = rule_of(fact_type);
    let mut placed = PlacedFact { group, rule, value: String::new(), other: None, begins: false, hash };
    match rule {
        Rule::LeftOut | Rule::Each(None) | Rule::Last(None) => {}
        Rule::Each(Some(field)) | Rule::Last(Some(field)) => {
            let [value] = fields_of(fact, [field]);
            placed.value = value.unwrap_or_default().into_owned();
        }
        Rule::Usage => {
            let [delivery, replaces, part] = fields_of(fact, ["delivery", "replaces", "part"]);
            placed.value = delivery.unwrap_or_default().into_owned();
            placed.other = replaces.map(Cow::into_owned);
            placed.begins = part.as_deref() == Some("1");
        }
        Rule::Delivery => {
            let [delivery] = fields_of(fact, ["delivery"]);
            placed.value = delivery.unwrap_or_default().into_owned();
        }
        Rule::Document => {
            let [number, customer, po_number] = fields_of(fact, ["document_number", "customer", "po_number"]);
            placed.value = number.unwrap_or_default().into_owned();
            placed.other = Some(format!("{}/{}", customer.unwrap_or_default(), po_number.unwrap_or_default()));
        }
        Rule::Proposal | Rule::Approval => {
            let [proposal] = fields_of(fact, ["proposal"]);
            placed.value = proposal.unwrap_or_default().into_owned();
        }
    }
    placed
}

/// Makes the certificates of commits that are added in the order of their streams.
#[derive(Debug, Default)]
pub struct Certifier {
    trees: BTreeMap<StreamName, MerkleTree>,
    last: BTreeMap<StreamName, LastCommit>,
    held_back: FxHashMap<Subject, (String, Vec<PlacedFact>)>,
    sort: CertificateSort,
    deliveries: FxHashMap<String, u32>,
    /// Payer and period with a delivery that was completed for them.
    completed: FxHashSet<(String, u32)>,
}

impl Certifier {
    /// Adds the next commit of its stream.
    pub(crate) fn add(&mut self, commit: CertifiedCommit) -> Result<(), Failure> {
        let CertifiedCommit { subject, leaf, n, chain, part_of, facts } = commit;
        let stream = subject.stream();
        self.trees.entry(stream).or_default().push(leaf);
        self.last.insert(stream, LastCommit { subject: subject.to_string(), n, chain: chain.to_string() });
        for fact in self.facts_that_count(&subject, part_of, facts) {
            self.count(&subject, fact).map_err(held)?;
        }
        Ok(())
    }

    fn facts_that_count(
        &mut self,
        subject: &Subject,
        part_of: Option<PartOfSet>,
        facts: Vec<PlacedFact>,
    ) -> Vec<PlacedFact> {
        let held = self.held_back.remove(subject);
        let Some(part) = part_of else { return facts };
        let mut all = match held {
            Some((set, held)) if set == part.set && part.part > 1 => held,
            _ => Vec::new(),
        };
        all.extend(facts);
        if part.closes {
            return all;
        }
        self.held_back.insert(subject.clone(), (part.set, all));
        Vec::new()
    }

    fn count(&mut self, subject: &Subject, fact: PlacedFact) -> io::Result<()> {
        let PlacedFact { group, rule, value, other, begins, hash } = fact;
        // Escaped, so that no value can pass for another line.
        let key = |group: &str, value: &str| format!("{subject} {group} {}", value.escape_default());
        match rule {
            Rule::LeftOut => Ok(()),
            Rule::Each(_) => self.sort.add(key(group, &value), Happened::Each(hash)),
            Rule::Last(_) | Rule::Proposal => self.sort.add(key(group, &value), Happened::Last(hash)),
            Rule::Approval => self.sort.add(key(group, &value), Happened::Gone),
            Rule::Delivery => {
                let delivery = self.delivery(value);
                self.completed.insert((month_of(subject.as_str()), delivery));
                self.sort.add(key(group, ""), Happened::Last(hash))
            }
            Rule::Usage => {
                let happened = if begins {
                    let replaces = other.map_or(NO_DELIVERY, |other| self.delivery(other));
                    Happened::UsageBegins { delivery: self.delivery(value), replaces, hash }
                } else {
                    Happened::UsagePart(hash)
                };
                self.sort.add(key(group, ""), happened)
            }
            Rule::Document => {
                let draft = key("draft", &other.unwrap_or_default());
                if value.is_empty() {
                    return self.sort.add(draft, Happened::Last(hash));
                }
                self.sort.add(draft, Happened::Gone)?;
                self.sort.add(key(group, &value), Happened::Last(hash))
            }
        }
    }

    /// A delivery by a short number.
    fn delivery(&mut self, name: String) -> u32 {
        // A log of so many deliveries that the numbers ran out would be past reading.
        let next = u32::try_from(self.deliveries.len()).unwrap_or(NO_DELIVERY - 1);
        *self.deliveries.entry(name).or_insert(next)
    }

    /// The hashes of a key that count, of all that happened to it.
    fn that_count(&self, key: &str, happened: &[Happened]) -> Vec<NodeHash> {
        let mut hashes = Vec::new();
        let mut versions: Vec<(u32, Vec<NodeHash>)> = Vec::new();
        for one in happened {
            match *one {
                Happened::Each(hash) => hashes.push(hash),
                Happened::Last(hash) => hashes = vec![hash],
                Happened::Gone => hashes.clear(),
                Happened::UsageBegins { delivery, replaces, hash } => {
                    versions.retain(|(delivery, _)| *delivery == replaces);
                    versions.push((delivery, vec![hash]));
                }
                Happened::UsagePart(hash) => {
                    if let Some((_, parts)) = versions.last_mut() {
                        parts.push(hash);
                    }
                }
            }
        }
        if !versions.is_empty() {
            let month = month_of(key.split(' ').next().unwrap_or_default());
            let counts = |(delivery, _): &(u32, _)| self.completed.contains(&(month.clone(), *delivery));
            hashes.extend(versions.into_iter().rev().find(counts).map(|(_, parts)| parts).unwrap_or_default());
        }
        hashes
    }

    /// The tree over a stream's commits.
    pub fn tree(&self, stream: StreamName) -> Cow<'_, MerkleTree> {
        self.trees.get(&stream).map_or_else(|| Cow::Owned(MerkleTree::default()), Cow::Borrowed)
    }

    /// The last commit of a stream; none where it is empty.
    pub fn last(&self, stream: StreamName) -> Option<&LastCommit> {
        self.last.get(&stream)
    }

    /// The certificates of what was added.
    ///
    /// # Errors
    /// [`Failure`] where what was put away for it cannot be read again.
    pub fn certificates(&self) -> Result<Certificates, Failure> {
        let mut state = Sha256::new().chain_update("creditmemo state certificate v1\n");
        let line = |key: &str, happened: &[Happened]| {
            let hashes = self.that_count(key, happened);
            if hashes.is_empty() {
                return;
            }
            state.update(key.as_bytes());
            for hash in hashes {
                state.update(format!(" {hash}"));
            }
            state.update("\n");
        };
        self.sort.each_key(line).map_err(held)?;
        let mut log = Sha256::new().chain_update("creditmemo log certificate v1\n");
        for stream in StreamName::ALL {
            let tree = self.tree(stream);
            log.update(format!("{stream} {} {}\n", tree.len(), tree.root()));
        }
        Ok(Certificates { state: hex::encode(state.finalize()), log: hex::encode(log.finalize()) })
    }
}

fn held(fault: io::Error) -> Failure {
    Failure::failed(
        codes::SORT_FILES,
        format!("holding what stands failed: {fault}: see that the folder for temporary files has room, or set TMPDIR"),
    )
}

/// The payer and period of a usage or delivery subject: `usage.<payer>.<member>.<period>`.
fn month_of(subject: &str) -> String {
    let mut tokens = subject.split('.');
    let (payer, period) = (tokens.nth(1).unwrap_or_default(), tokens.next_back().unwrap_or_default());
    format!("{payer}.{period}")
}
