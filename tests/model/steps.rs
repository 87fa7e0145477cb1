//! What happens in a story: steps with small numbers that are read against whatever is there, so
//! that any of them can be left out and the story still makes sense.

use proptest::prelude::*;

use crate::cut_off::{Cut, Mishap};

/// Cents.
pub(crate) type Cents = i64;

/// Millionths of the currency: charges are exact.
pub(crate) type Micros = i64;

/// Millionths in a cent.
pub(crate) const CENT: Micros = 10_000;

/// Months from January 2019 on.
pub(crate) type Month = u8;

/// What an account used in a month; amounts in millionths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Used {
    /// EC2, S3, RDS.
    pub(crate) usage: [Micros; 3],
    /// Never covered.
    pub(crate) marketplace: Micros,
    pub(crate) tax: Micros,
    /// Free Tier on S3, as a positive number.
    pub(crate) free_tier: Micros,
}

/// A promotional credit line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scattered {
    /// Whose credit it is.
    pub(crate) credit: u8,
    /// On which account AWS put it.
    pub(crate) on: u8,
    /// Positive where AWS applied it, negative where it took back.
    pub(crate) amount: Micros,
    /// Whether the line names the owner, the credit alone, or nobody.
    pub(crate) named: Named,
}

/// What a credit line says of its credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    OwnerAndDescription,
    Description,
    Nobody,
}

/// A step.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A credit is granted: the owner, cents, the first month, how many months, what it pays.
    Grant {
        owner: u8,
        face: Cents,
        start: u8,
        months: u8,
        pays: u8,
        covers_tax: bool,
    },
    /// AWS moves a credit to another account.
    Transfer {
        credit: u8,
        to: u8,
    },
    /// AWS splits what is left of a credit in two, so many percent and the rest.
    Split {
        credit: u8,
        percent: u8,
    },
    /// AWS's list states another face and another end: so many cents and months more or less.
    Revise {
        credit: u8,
        cents: Cents,
        months: i8,
    },
    Pause {
        credit: u8,
        resume: bool,
    },
    Cancel {
        credit: u8,
    },
    /// The bill of the next month.
    NextBill {
        used: [Used; 4],
        credits: Vec<Scattered>,
        is_final: bool,
    },
    /// A delivered month with other usage of one account; the months back, and whether the credit
    /// lines change too.
    Restated {
        back: u8,
        member: u8,
        used: Used,
        credits: Option<Vec<Scattered>>,
        is_final: bool,
    },
    /// The same files once more, or the same content in other files.
    Again {
        back: u8,
        other_files: bool,
    },
    Bill {
        back: u8,
        accept_estimated: bool,
    },
    Close {
        back: u8,
        accept_estimated: bool,
        waive: bool,
    },
    Reopen {
        back: u8,
    },
    /// Bill and close the first open month.
    Finish,
    WriteOff {
        memo: u8,
        cents: Option<Cents>,
    },
    Refund {
        memo: u8,
        cents: Option<Cents>,
    },
    Expire {
        memo: u8,
        cents: Option<Cents>,
    },
    Reinstate {
        memo: u8,
        cents: Option<Cents>,
    },
    Adjust {
        memo: u8,
        cents: Cents,
    },
    /// A memo, or part of it, goes to another account.
    Move {
        memo: u8,
        to: u8,
        cents: Option<Cents>,
    },
    IssueByHand {
        member: u8,
        cents: Cents,
        months: u8,
    },
    /// A memo of another system is taken over: what it paid and what AWS funded are percents of its face.
    TakeOver {
        member: u8,
        face: Cents,
        applied: u8,
        funded: u8,
        months: u8,
    },
    /// An account gets another PO number today.
    OtherPo {
        member: u8,
    },
    /// The account that no import named so far is imported.
    Join,
    /// An account leaves at the end of the newest month.
    Leave {
        member: u8,
    },
    /// A suspense item is given to a credit.
    Attribute {
        credit: u8,
    },
    /// Other policies from the first open month on.
    Policy(Chosen),
}

/// What a policy file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Chosen {
    pub(crate) expiry: Expiry,
    pub(crate) draw_funded: bool,
    pub(crate) basis_funded: bool,
    pub(crate) rounding: Rounding,
    /// What comes back to an ended memo may be used for some days.
    pub(crate) grace: bool,
    /// Acts by hand need a second person.
    pub(crate) four_eyes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Expiry {
    #[default]
    UnfundedOnly,
    Upstream,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Rounding {
    #[default]
    HalfEven,
    HalfUp,
    Down,
}

/// A step, and what goes wrong in it.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    pub(crate) step: Step,
    pub(crate) cut: Option<Cut>,
}

/// A story: printed a step a line.
#[derive(Clone)]
pub(crate) struct Life(pub(crate) Vec<Act>);

impl std::fmt::Debug for Life {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|Act { step, cut }| write!(f, "\n  {step:?} {cut:?}"))
    }
}

/// Whether charges are whole cents, or finer. Closed months are restated in whole cents only: how a
/// correction places the rounding of its parts is no business of the second books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grain {
    Cents,
    Fine,
}

impl Grain {
    fn amounts(self, cents_max: Cents) -> BoxedStrategy<Micros> {
        match self {
            Self::Cents => (0..cents_max).prop_map(|cents| cents * CENT).boxed(),
            Self::Fine => (0..cents_max * CENT).boxed(),
        }
    }

    /// Half of the time nothing.
    fn some(self, cents_max: Cents) -> BoxedStrategy<Micros> {
        prop_oneof![2 => Just(0), 1 => self.amounts(cents_max)].boxed()
    }
}

fn used(grain: Grain) -> impl Strategy<Value = Used> {
    let usage = [grain.amounts(40_000), grain.some(20_000), grain.some(30_000)];
    (usage, grain.some(3_000), grain.some(3_000), grain.some(2_000)).prop_map(|(usage, marketplace, tax, free_tier)| {
        Used {
            // AWS gives no more of its Free Tier than was used.
            free_tier: free_tier.min(usage[1]),
            usage,
            marketplace,
            tax,
        }
    })
}

fn scattered(grain: Grain) -> impl Strategy<Value = Vec<Scattered>> {
    let named = prop_oneof![
        6 => Just(Named::OwnerAndDescription),
        3 => Just(Named::Description),
        1 => Just(Named::Nobody),
    ];
    let amount = prop_oneof![6 => grain.amounts(60_000), 1 => grain.amounts(9_000).prop_map(|amount| -amount)];
    let line = (any::<u8>(), 0..4_u8, amount, named).prop_map(|(credit, on, amount, named)| Scattered {
        credit,
        on,
        amount,
        named,
    });
    prop::collection::vec(line, 0..4)
}

fn cents_or_all() -> impl Strategy<Value = Option<Cents>> {
    prop_oneof![3 => (1..30_000_i64).prop_map(Some), 1 => Just(None)]
}

fn chosen() -> impl Strategy<Value = Chosen> {
    let expiry = prop_oneof![Just(Expiry::UnfundedOnly), Just(Expiry::Upstream), Just(Expiry::Never)];
    let rounding = prop_oneof![Just(Rounding::HalfEven), Just(Rounding::HalfUp), Just(Rounding::Down)];
    (expiry, any::<bool>(), prop::bool::weighted(0.3), rounding, any::<bool>(), prop::bool::weighted(0.3)).prop_map(
        |(expiry, draw_funded, basis_funded, rounding, grace, four_eyes)| Chosen {
            expiry,
            draw_funded,
            basis_funded,
            rounding,
            grace,
            four_eyes,
        },
    )
}

fn grant() -> impl Strategy<Value = Step> {
    let pays = prop_oneof![3 => Just(0_u8), 1 => 1..5_u8];
    (0..4_u8, 1..150_000_i64, 0..3_u8, 1..7_u8, pays).prop_map(|(owner, face, start, months, pays)| {
        // Whose tax a memo pays hangs on the charges it is on (rule book N35): scenarios tell of it.
        Step::Grant { owner, face, start, months, pays, covers_tax: false }
    })
}

fn next_bill(grain: Grain) -> impl Strategy<Value = Step> {
    let all = [used(grain), used(grain), used(grain), used(grain)];
    (all, scattered(grain), prop::bool::weighted(0.8)).prop_map(|(used, credits, is_final)| Step::NextBill {
        used,
        credits,
        is_final,
    })
}

fn restated(grain: Grain) -> impl Strategy<Value = Step> {
    let credits = prop::option::weighted(0.4, scattered(grain));
    (0..3_u8, 0..4_u8, used(grain), credits, prop::bool::weighted(0.9))
        .prop_map(|(back, member, used, credits, is_final)| Step::Restated { back, member, used, credits, is_final })
}

fn by_hand() -> impl Strategy<Value = Step> {
    let memo = any::<u8>();
    prop_oneof![
        (memo, cents_or_all()).prop_map(|(memo, cents)| Step::WriteOff { memo, cents }),
        (memo, cents_or_all()).prop_map(|(memo, cents)| Step::Refund { memo, cents }),
        (memo, cents_or_all()).prop_map(|(memo, cents)| Step::Expire { memo, cents }),
        (memo, cents_or_all()).prop_map(|(memo, cents)| Step::Reinstate { memo, cents }),
        (memo, -20_000..20_000_i64).prop_map(|(memo, cents)| Step::Adjust { memo, cents }),
        (memo, 0..4_u8, cents_or_all()).prop_map(|(memo, to, cents)| Step::Move { memo, to, cents }),
        (0..4_u8, 1..50_000_i64, 0..4_u8).prop_map(|(member, cents, months)| Step::IssueByHand {
            member,
            cents,
            months
        }),
    ]
}

fn upstream() -> impl Strategy<Value = Step> {
    let credit = any::<u8>();
    prop_oneof![
        2 => (credit, 0..4_u8).prop_map(|(credit, to)| Step::Transfer { credit, to }),
        2 => (credit, 10..90_u8).prop_map(|(credit, percent)| Step::Split { credit, percent }),
        3 => (credit, -60_000..60_000_i64, -1..3_i8).prop_map(|(credit, cents, months)| Step::Revise {
            credit,
            cents,
            months
        }),
        1 => (credit, any::<bool>()).prop_map(|(credit, resume)| Step::Pause { credit, resume }),
        1 => credit.prop_map(|credit| Step::Cancel { credit }),
    ]
}

fn step(grain: Grain) -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => grant(),
        6 => next_bill(grain),
        5 => Just(Step::Finish),
        5 => restated(grain),
        1 => (0..3_u8, any::<bool>()).prop_map(|(back, other_files)| Step::Again { back, other_files }),
        3 => (0..3_u8, any::<bool>()).prop_map(|(back, accept_estimated)| Step::Bill { back, accept_estimated }),
        2 => (0..3_u8, any::<bool>(), any::<bool>())
            .prop_map(|(back, accept_estimated, waive)| Step::Close { back, accept_estimated, waive }),
        1 => (0..3_u8).prop_map(|back| Step::Reopen { back }),
        3 => by_hand(),
        4 => upstream(),
        1 => (0..4_u8, 1..60_000_i64, 0..=100_u8, 0..=100_u8, 0..4_u8).prop_map(
            |(member, face, applied, funded, months)| Step::TakeOver { member, face, applied, funded, months }
        ),
        1 => (0..4_u8).prop_map(|member| Step::OtherPo { member }),
        1 => Just(Step::Join),
        1 => (0..3_u8).prop_map(|member| Step::Leave { member }),
        1 => any::<u8>().prop_map(|credit| Step::Attribute { credit }),
        1 => chosen().prop_map(Step::Policy),
    ]
}

/// A cut somewhere in the first appends of a step.
fn cut() -> impl Strategy<Value = Cut> {
    let mishap = prop_oneof![Just(Mishap::Before), Just(Mishap::Within), Just(Mishap::After), Just(Mishap::AnswerLost)];
    (0..6_u32, mishap).prop_map(|(after, mishap)| Cut { after, mishap })
}

/// A story of so many steps at the most.
pub(crate) fn lives(grain: Grain, steps_max: usize) -> impl Strategy<Value = Life> {
    let act = (step(grain), prop::option::weighted(0.25, cut())).prop_map(|(step, cut)| Act { step, cut });
    let begin = (prop::option::weighted(0.3, chosen()), grant(), grant(), next_bill(grain)).prop_map(
        |(chosen, first, second, bill)| {
            let steps = chosen.map(Step::Policy).into_iter().chain([first, second, bill]);
            steps.map(|step| Act { step, cut: None }).collect::<Vec<_>>()
        },
    );
    (begin, prop::collection::vec(act, 1..steps_max)).prop_map(|(mut steps, acts)| {
        steps.extend(acts);
        Life(steps)
    })
}

impl Used {
    /// No usage at all.
    pub(crate) fn nothing() -> Self {
        Self { usage: [0; 3], marketplace: 0, tax: 0, free_tier: 0 }
    }
}
