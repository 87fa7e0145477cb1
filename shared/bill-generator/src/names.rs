//! Names of made-up customers. Any likeness to a real organization is accidental.

/// A made-up organization and whether it is a public or research body (tax-exempt, with
/// educational and egress credits).
pub(crate) struct Organization {
    pub(crate) name: &'static str,
    /// In account names and credit descriptions.
    pub(crate) short: &'static str,
    pub(crate) public_body: bool,
}

const fn company(name: &'static str, short: &'static str) -> Organization {
    Organization { name, short, public_body: false }
}

const fn public(name: &'static str, short: &'static str) -> Organization {
    Organization { name, short, public_body: true }
}

pub(crate) const ORGANIZATIONS: [Organization; 40] = [
    company("Harborline Logistics", "harborline"),
    public("Bluestem State University", "bluestem"),
    company("Quarry Ridge Insurance", "quarryridge"),
    company("Fennel & Thyme Kitchens", "fennelthyme"),
    public("Copperleaf Institute of Oceanography", "copperleaf"),
    company("Northgate Robotics", "northgate"),
    company("Velvet Antler Games", "velvetantler"),
    public("Marrow County Library System", "marrowcounty"),
    company("Palisade Genomics", "palisade"),
    company("Tidewater Credit Union", "tidewatercu"),
    company("Ember & Oak Furniture", "emberoak"),
    public("Saltmarsh College", "saltmarsh"),
    company("Kestrel Weather Analytics", "kestrel"),
    company("Brightwell Dental Group", "brightwell"),
    company("Ninefold Media", "ninefold"),
    public("Granite Falls School District", "granitefalls"),
    company("Orchard Bay Software", "orchardbay"),
    company("Sable Point Energy", "sablepoint"),
    company("Lumen Street Studios", "lumenstreet"),
    public("Highmoor Observatory", "highmoor"),
    company("Thistledown Apparel", "thistledown"),
    company("Redwillow Biotech", "redwillow"),
    company("Castellan Freight", "castellan"),
    public("City of Aldergrove", "aldergrove"),
    company("Pinwheel Learning", "pinwheel"),
    company("Larkspur Hotels", "larkspur"),
    company("Deepwell Drilling Services", "deepwell"),
    public("Wyndham Fields Polytechnic", "wyndhamfields"),
    company("Amberjack Payments", "amberjack"),
    company("Halcyon Farms Cooperative", "halcyonfarms"),
    company("Stonebridge Legal", "stonebridge"),
    public("Juniper Valley Medical Research", "junipervalley"),
    company("Foxglove Pharmacies", "foxglove"),
    company("Meridian Tile & Stone", "meridiantile"),
    company("Coldwater Brewing", "coldwater"),
    public("Eastmere Public Broadcasting", "eastmere"),
    company("Silverbirch Telecom", "silverbirch"),
    company("Paperlantern Travel", "paperlantern"),
    company("Windrose Aviation Parts", "windrose"),
    company("Old Mill Textiles", "oldmill"),
];

/// What accounts of a customer are for, in the order in which a customer opens them.
pub(crate) const ACCOUNT_PURPOSES: [&str; 10] =
    ["prod", "dev", "data", "shared", "staging", "research", "backup", "security", "ml", "sandbox"];
