//! What AWS sells in the generated bill: services, SKUs, regions and who buys what.
//!
//! Codes, usage types and on-demand rates follow the public price lists
//! (<https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html>); rates are the
//! same in every region. A rate is an integer with a scale, and a quantity has as many decimals as
//! make the product a whole number of ticks.

use crate::ticks::TICK_SCALE;

/// One priced thing.
#[derive(Debug)]
pub(crate) struct Sku {
    pub(crate) service: &'static Service,
    pub(crate) family: &'static str,
    /// Without the region's prefix.
    pub(crate) usage_type: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) unit: &'static str,
    /// `rate / 10^rate_scale` a unit.
    pub(crate) rate: i64,
    pub(crate) rate_scale: u32,
    /// Requests come whole; hours and gigabytes do not.
    pub(crate) whole_units: bool,
    /// What the description says after the rate.
    pub(crate) wording: &'static str,
    /// How chatty it is: its share of an account's lines.
    pub(crate) line_weight: u64,
}

impl Sku {
    /// Decimals of a quantity.
    pub(crate) fn quantity_scale(&self) -> u32 {
        TICK_SCALE - self.rate_scale
    }
}

/// An AWS service, with its place in FOCUS's lists.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) category: &'static str,
    pub(crate) subcategory: &'static str,
}

#[derive(Debug)]
pub(crate) struct Region {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    /// What usage types of the region begin with.
    pub(crate) prefix: &'static str,
}

/// The first is the most likely home of an account.
pub(crate) const REGIONS: [Region; 6] = [
    Region { code: "us-east-1", name: "US East (N. Virginia)", prefix: "" },
    Region { code: "us-west-2", name: "US West (Oregon)", prefix: "USW2-" },
    Region { code: "us-east-2", name: "US East (Ohio)", prefix: "USE2-" },
    Region { code: "eu-west-1", name: "Europe (Ireland)", prefix: "EU-" },
    Region { code: "eu-central-1", name: "Europe (Frankfurt)", prefix: "EUC1-" },
    Region { code: "ca-central-1", name: "Canada (Central)", prefix: "CAN1-" },
];

macro_rules! services {
    ($($name:ident = $code:literal, $title:literal, $category:literal, $subcategory:literal;)*) => {
        $(pub(crate) const $name: Service =
            Service { code: $code, name: $title, category: $category, subcategory: $subcategory };)*
    };
}

services! {
    EC2 = "AmazonEC2", "Amazon Elastic Compute Cloud", "Compute", "Virtual Machines";
    S3 = "AmazonS3", "Amazon Simple Storage Service", "Storage", "Object Storage";
    RDS = "AmazonRDS", "Amazon Relational Database Service", "Databases", "Relational Databases";
    LAMBDA = "AWSLambda", "AWS Lambda", "Compute", "Serverless Compute";
    DYNAMO = "AmazonDynamoDB", "Amazon DynamoDB", "Databases", "NoSQL Databases";
    CLOUDFRONT = "AmazonCloudFront", "Amazon CloudFront", "Networking", "Content Delivery";
    ELB = "AWSELB", "Elastic Load Balancing", "Networking", "Network Routing";
    TRANSFER = "AWSDataTransfer", "AWS Data Transfer", "Networking", "Network Connectivity";
    CLOUDWATCH = "AmazonCloudWatch", "AmazonCloudWatch", "Management and Governance", "Observability";
    EKS = "AmazonEKS", "Amazon Elastic Container Service for Kubernetes", "Compute", "Containers";
    REDSHIFT = "AmazonRedshift", "Amazon Redshift", "Databases", "Data Warehouses";
    GLUE = "AWSGlue", "AWS Glue", "Analytics", "Data Processing";
    ATHENA = "AmazonAthena", "Amazon Athena", "Analytics", "Analytics Platforms";
    SAGEMAKER = "AmazonSageMaker", "Amazon SageMaker", "AI and Machine Learning", "AI Platforms";
    BEDROCK = "AmazonBedrock", "Amazon Bedrock", "AI and Machine Learning", "Generative AI";
    KMS = "awskms", "AWS Key Management Service", "Security", "Security";
    EFS = "AmazonEFS", "Amazon Elastic File System", "Storage", "File Systems";
    GATEWAY = "AmazonApiGateway", "Amazon API Gateway", "Integration", "API Management";
    SUPPORT = "AWSSupportEnterprise", "AWS Support (Enterprise)", "Management and Governance", "Support";
    REGISTRAR = "AmazonRegistrar", "Amazon Registrar", "Networking", "Network Connectivity";
    SAVINGS_PLANS = "ComputeSavingsPlans", "Savings Plans for AWS Compute usage", "Compute", "Virtual Machines";
}

macro_rules! skus {
    ($($name:ident = $service:ident, $family:literal, $usage:literal, $operation:literal, $unit:literal,
       $rate:literal e $scale:literal, $whole:literal, $weight:literal, $wording:literal;)*) => {
        $(pub(crate) static $name: Sku = Sku {
            service: &$service, family: $family, usage_type: $usage, operation: $operation, unit: $unit,
            rate: $rate, rate_scale: $scale, whole_units: $whole, line_weight: $weight, wording: $wording,
        };)*
    };
}

skus! {
    M6I_LARGE = EC2, "Compute Instance", "BoxUsage:m6i.large", "RunInstances", "Hrs", 96 e 3, false, 12, "per On Demand Linux m6i.large Instance Hour";
    C7G_XLARGE = EC2, "Compute Instance", "BoxUsage:c7g.xlarge", "RunInstances", "Hrs", 145 e 3, false, 8, "per On Demand Linux c7g.xlarge Instance Hour";
    G5_2XLARGE = EC2, "Compute Instance", "BoxUsage:g5.2xlarge", "RunInstances", "Hrs", 1212 e 3, false, 4, "per On Demand Linux g5.2xlarge Instance Hour";
    EBS_GP3 = EC2, "Storage", "EBS:VolumeUsage.gp3", "CreateVolume-Gp3", "GB-Mo", 8 e 2, false, 8, "per GB-month of General Purpose (gp3) provisioned storage";
    NAT_HOURS = EC2, "NAT Gateway", "NatGateway-Hours", "NatGateway", "Hrs", 45 e 3, false, 3, "per NAT Gateway Hour";
    S3_STANDARD = S3, "Storage", "TimedStorage-ByteHrs", "StandardStorage", "GB-Mo", 23 e 3, false, 6, "per GB - first 50 TB / month of storage used";
    S3_IA = S3, "Storage", "TimedStorage-SIA-ByteHrs", "StandardIAStorage", "GB-Mo", 125 e 4, false, 3, "per GB-Month of storage used in Standard-Infrequent Access";
    S3_PUT = S3, "API Request", "Requests-Tier1", "PutObject", "Requests", 5 e 6, true, 7, "per 1,000 PUT, COPY, POST, or LIST requests";
    S3_GET = S3, "API Request", "Requests-Tier2", "GetObject", "Requests", 4 e 7, true, 7, "per 10,000 GET and all other requests";
    RDS_R6G = RDS, "Database Instance", "InstanceUsage:db.r6g.large", "CreateDBInstance:0014", "Hrs", 225 e 3, false, 6, "per RDS db.r6g.large Single-AZ instance hour (or partial hour) running PostgreSQL";
    RDS_GP3 = RDS, "Database Storage", "RDS:GP3-Storage", "CreateDBInstance:0014", "GB-Mo", 115 e 3, false, 4, "per GB-month of provisioned gp3 storage running PostgreSQL";
    LAMBDA_SECONDS = LAMBDA, "Serverless", "Lambda-GB-Second", "Invoke", "Lambda-GB-Second", 166_667 e 10, false, 7, "per GB-Second for Lambda usage";
    LAMBDA_REQUESTS = LAMBDA, "Serverless", "Request", "Invoke", "Requests", 2 e 7, true, 5, "per 1,000,000 Lambda requests";
    DYNAMO_WRITES = DYNAMO, "Amazon DynamoDB PayPerRequest Throughput", "WriteRequestUnits", "PayPerRequestThroughput", "WriteRequestUnits", 625 e 9, true, 5, "per million write request units";
    DYNAMO_READS = DYNAMO, "Amazon DynamoDB PayPerRequest Throughput", "ReadRequestUnits", "PayPerRequestThroughput", "ReadRequestUnits", 125 e 9, true, 5, "per million read request units";
    CLOUDFRONT_OUT = CLOUDFRONT, "Data Transfer", "DataTransfer-Out-Bytes", "GET", "GB", 85 e 3, false, 5, "per GB - first 10 TB / month data transfer out";
    ELB_HOURS = ELB, "Load Balancer-Application", "LoadBalancerUsage", "LoadBalancing:Application", "Hrs", 225 e 4, false, 4, "per Application LoadBalancer-hour (or partial hour)";
    TRANSFER_OUT = TRANSFER, "Data Transfer", "DataTransfer-Out-Bytes", "RunInstances", "GB", 9 e 2, false, 6, "per GB - first 10 TB / month data transfer out beyond the global free tier";
    TRANSFER_ZONE = TRANSFER, "Data Transfer", "DataTransfer-Regional-Bytes", "InterZone-In", "GB", 1 e 2, false, 6, "per GB - regional data transfer - in/out/between EC2 AZs";
    CLOUDWATCH_METRICS = CLOUDWATCH, "Metric", "CW:MetricMonitorUsage", "MetricStorage:AWS/EC2", "Metrics", 3 e 1, false, 3, "per metric-month for the first 10,000 metrics";
    CLOUDWATCH_LOGS = CLOUDWATCH, "Data Payload", "DataProcessing-Bytes", "PutLogEvents", "GB", 5 e 1, false, 4, "per GB custom log data ingested in Standard log class";
    EKS_HOURS = EKS, "Compute", "AmazonEKS-Hours:perCluster", "CreateOperation", "Hours", 1 e 1, false, 3, "per hour for Amazon EKS cluster usage";
    REDSHIFT_RA3 = REDSHIFT, "Compute Instance", "Node:ra3.xlplus", "RunComputeNode:0001", "Node-Hour", 1086 e 3, false, 3, "per Redshift RA3.XLPLUS Compute Node-hour (or partial hour)";
    GLUE_DPU = GLUE, "AWS Glue", "ETL-Flex-DPU-Hour", "FlexJobrun", "DPU-Hour", 29 e 2, false, 3, "per Data Processing Unit-Hour for AWS Glue Flexible ETL job";
    ATHENA_SCAN = ATHENA, "Athena Queries", "DataScannedInTB", "ExecuteQuery", "Terabytes", 5 e 0, false, 3, "per Terabyte for DataScannedInTB";
    SAGEMAKER_TRAIN = SAGEMAKER, "ML Instance", "Train:ml.g5.xlarge", "RunInstance", "Hrs", 1408 e 3, false, 4, "per Training ml.g5.xlarge hour";
    SAGEMAKER_HOST = SAGEMAKER, "ML Instance", "Host:ml.m5.xlarge", "RunInstance", "Hrs", 23 e 2, false, 4, "per Hosting ml.m5.xlarge hour";
    BEDROCK_IN = BEDROCK, "Amazon Bedrock", "NovaPro-input-tokens", "InvokeModelInference", "1K tokens", 8 e 4, false, 4, "per 1K input tokens for Nova Pro";
    BEDROCK_OUT = BEDROCK, "Amazon Bedrock", "NovaPro-output-tokens", "InvokeModelInference", "1K tokens", 32 e 4, false, 4, "per 1K output tokens for Nova Pro";
    KMS_REQUESTS = KMS, "API Request", "KMS-Requests", "Decrypt", "Requests", 3 e 6, true, 4, "per 10,000 KMS requests";
    EFS_STORAGE = EFS, "Storage", "TimedStorage-ByteHrs", "StandardStorage", "GB-Mo", 3 e 1, false, 3, "per GB-month for Standard storage";
    GATEWAY_CALLS = GATEWAY, "API Calls", "ApiGatewayHttpRequest", "ApiGatewayHttpApi", "Requests", 1 e 6, true, 5, "per million requests - HTTP API calls";
    SAVINGS_PLAN_HOUR = SAVINGS_PLANS, "ComputeSavingsPlans", "ComputeSP:1yrNoUpfront", "", "Hrs", 1 e 0, false, 0, "1 year No Upfront Compute Savings Plan";
    RESERVED_M6I = EC2, "Compute Instance", "HeavyUsage:m6i.large", "RunInstances", "Hrs", 605 e 4, false, 0, "hourly fee per Linux/UNIX (Amazon VPC), m6i.large instance";
    SUPPORT_FEE = SUPPORT, "AWS Support", "Dollar", "", "Dollar", 1 e 0, false, 0, "AWS Enterprise Support";
    DOMAIN_FEE = REGISTRAR, "DNS Domain Names", "DomainRegistration", "DomainRenewal", "Count", 14 e 0, true, 0, "per renewal of a .com domain";
}

/// What kind of work an account does: `(SKU, share of spend)`.
pub(crate) type Workload = &'static [(&'static Sku, u64)];

const WEB: Workload = &[
    (&M6I_LARGE, 26),
    (&EBS_GP3, 7),
    (&NAT_HOURS, 3),
    (&RDS_R6G, 17),
    (&RDS_GP3, 5),
    (&S3_STANDARD, 6),
    (&S3_GET, 2),
    (&CLOUDFRONT_OUT, 10),
    (&ELB_HOURS, 5),
    (&TRANSFER_OUT, 6),
    (&CLOUDWATCH_METRICS, 3),
    (&CLOUDWATCH_LOGS, 4),
    (&LAMBDA_SECONDS, 3),
    (&KMS_REQUESTS, 1),
];
const ANALYTICS: Workload = &[
    (&REDSHIFT_RA3, 26),
    (&S3_STANDARD, 20),
    (&S3_IA, 6),
    (&S3_PUT, 4),
    (&S3_GET, 3),
    (&GLUE_DPU, 12),
    (&ATHENA_SCAN, 8),
    (&C7G_XLARGE, 11),
    (&EBS_GP3, 4),
    (&TRANSFER_ZONE, 2),
    (&CLOUDWATCH_LOGS, 3),
    (&KMS_REQUESTS, 1),
];
const LEARNING: Workload = &[
    (&G5_2XLARGE, 30),
    (&SAGEMAKER_TRAIN, 20),
    (&SAGEMAKER_HOST, 9),
    (&BEDROCK_IN, 6),
    (&BEDROCK_OUT, 8),
    (&S3_STANDARD, 12),
    (&EBS_GP3, 6),
    (&EFS_STORAGE, 5),
    (&TRANSFER_OUT, 2),
    (&CLOUDWATCH_LOGS, 2),
];
const CONTAINERS: Workload = &[
    (&EKS_HOURS, 8),
    (&C7G_XLARGE, 34),
    (&M6I_LARGE, 14),
    (&EBS_GP3, 9),
    (&NAT_HOURS, 4),
    (&ELB_HOURS, 6),
    (&RDS_R6G, 10),
    (&TRANSFER_ZONE, 4),
    (&TRANSFER_OUT, 4),
    (&CLOUDWATCH_METRICS, 4),
    (&CLOUDWATCH_LOGS, 3),
];
const SERVERLESS: Workload = &[
    (&LAMBDA_SECONDS, 28),
    (&LAMBDA_REQUESTS, 7),
    (&GATEWAY_CALLS, 10),
    (&DYNAMO_WRITES, 18),
    (&DYNAMO_READS, 9),
    (&S3_STANDARD, 8),
    (&S3_PUT, 4),
    (&CLOUDFRONT_OUT, 8),
    (&CLOUDWATCH_LOGS, 6),
    (&KMS_REQUESTS, 2),
];
const ARCHIVE: Workload = &[
    (&S3_STANDARD, 42),
    (&S3_IA, 30),
    (&S3_PUT, 6),
    (&S3_GET, 3),
    (&EFS_STORAGE, 12),
    (&TRANSFER_OUT, 5),
    (&KMS_REQUESTS, 2),
];

/// All of them.
pub(crate) const WORKLOADS: [Workload; 6] = [WEB, ANALYTICS, LEARNING, CONTAINERS, SERVERLESS, ARCHIVE];

/// Services that a credit may be restricted to.
pub(crate) const CREDIT_RESTRICTIONS: [&[&str]; 6] = [
    &["AmazonEC2", "AmazonRDS"],
    &["AmazonS3"],
    &["AmazonSageMaker", "AmazonBedrock"],
    &["AmazonEC2", "AmazonEKS", "AmazonS3"],
    &["AWSLambda", "AmazonDynamoDB", "AmazonApiGateway"],
    &["AmazonRedshift"],
];

/// A seller on AWS Marketplace and what it sells; all made up.
#[derive(Debug)]
pub(crate) struct MarketplaceOffer {
    pub(crate) seller: &'static str,
    pub(crate) product_code: &'static str,
    pub(crate) product_name: &'static str,
}

pub(crate) const MARKETPLACE: [MarketplaceOffer; 4] = [
    MarketplaceOffer {
        seller: "Lanternfish Observability, Inc.",
        product_code: "8kq2vwy1n0b7tzj4cx3ma6rds",
        product_name: "Lanternfish Observability (SaaS)",
    },
    MarketplaceOffer {
        seller: "Ironquill Security Ltd",
        product_code: "2m9hxe7tpc5kd0yvbz8s1wqfa",
        product_name: "Ironquill Endpoint Guard",
    },
    MarketplaceOffer {
        seller: "Pale Harbor Data, LLC",
        product_code: "dz4r6u1jg9o3nwx8y2e5qkbhv",
        product_name: "Pale Harbor Warehouse Credits",
    },
    MarketplaceOffer {
        seller: "Tessellate AI, PBC",
        product_code: "5yt0bfk8wl2pmq7cv1ha9xrge",
        product_name: "Tessellate Large Model on Amazon Bedrock",
    },
];
