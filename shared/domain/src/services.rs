//! AWS services by code and by name. Credits name services as the Billing API does, bills by
//! product code or by FOCUS service name; this table says which are the same (rule book N30).
//!
//! The table is data and never complete: a product code seen in a bill is a service all the same.

/// Product code, then the names and short names in use.
const SERVICES: &[(&str, &[&str])] = &[
    ("AmazonEC2", &["Amazon Elastic Compute Cloud", "Elastic Compute Cloud", "Amazon EC2", "EC2"]),
    ("AmazonS3", &["Amazon Simple Storage Service", "Simple Storage Service", "Amazon S3", "S3"]),
    ("AmazonRDS", &["Amazon Relational Database Service", "Relational Database Service", "Amazon RDS", "RDS"]),
    ("AWSLambda", &["AWS Lambda", "Lambda"]),
    ("AmazonDynamoDB", &["Amazon DynamoDB", "DynamoDB"]),
    ("AmazonCloudFront", &["Amazon CloudFront", "CloudFront"]),
    ("AmazonCloudWatch", &["Amazon CloudWatch", "CloudWatch", "AmazonCloudWatch"]),
    ("AmazonVPC", &["Amazon Virtual Private Cloud", "Amazon VPC", "VPC"]),
    ("AmazonRoute53", &["Amazon Route 53", "Route 53"]),
    ("AmazonRegistrar", &["Amazon Registrar"]),
    ("AmazonECS", &["Amazon Elastic Container Service", "Amazon ECS", "ECS"]),
    (
        "AmazonEKS",
        &["Amazon Elastic Container Service for Kubernetes", "Amazon Elastic Kubernetes Service", "Amazon EKS", "EKS"],
    ),
    ("AmazonECR", &["Amazon EC2 Container Registry (ECR)", "Amazon Elastic Container Registry", "ECR"]),
    ("AmazonEFS", &["Amazon Elastic File System", "EFS"]),
    ("AmazonElastiCache", &["Amazon ElastiCache", "ElastiCache"]),
    ("AmazonRedshift", &["Amazon Redshift", "Redshift"]),
    ("AmazonSageMaker", &["Amazon SageMaker", "SageMaker"]),
    ("AmazonBedrock", &["Amazon Bedrock", "Bedrock"]),
    ("AmazonSNS", &["Amazon Simple Notification Service", "SNS"]),
    ("AWSQueueService", &["Amazon Simple Queue Service", "SQS"]),
    ("AmazonSES", &["Amazon Simple Email Service", "SES"]),
    ("AmazonApiGateway", &["Amazon API Gateway", "API Gateway"]),
    ("AmazonKinesis", &["Amazon Kinesis", "Kinesis"]),
    ("AmazonMSK", &["Amazon Managed Streaming for Apache Kafka", "MSK"]),
    ("AmazonES", &["Amazon OpenSearch Service", "Amazon Elasticsearch Service", "OpenSearch"]),
    ("AmazonAthena", &["Amazon Athena", "Athena"]),
    ("AWSGlue", &["AWS Glue", "Glue"]),
    ("ElasticMapReduce", &["Amazon Elastic MapReduce", "EMR"]),
    ("AWSDataTransfer", &["AWS Data Transfer"]),
    ("AWSELB", &["Elastic Load Balancing", "ELB"]),
    ("awskms", &["AWS Key Management Service", "KMS"]),
    ("AWSSecretsManager", &["AWS Secrets Manager"]),
    ("AWSCloudTrail", &["AWS CloudTrail", "CloudTrail"]),
    ("AWSConfig", &["AWS Config"]),
    ("AmazonGuardDuty", &["Amazon GuardDuty", "GuardDuty"]),
    ("awswaf", &["AWS WAF", "WAF"]),
    ("AmazonWorkSpaces", &["Amazon WorkSpaces", "WorkSpaces"]),
    ("AmazonLightsail", &["Amazon Lightsail", "Lightsail"]),
    ("AWSCostExplorer", &["AWS Cost Explorer"]),
    ("AWSBackup", &["AWS Backup"]),
    ("AWSDirectConnect", &["AWS Direct Connect", "Direct Connect"]),
    ("AmazonConnect", &["Amazon Connect"]),
    ("AmazonQuickSight", &["Amazon QuickSight", "QuickSight"]),
    ("AWSStepFunctions", &["AWS Step Functions", "AmazonStates"]),
    ("CodeBuild", &["AWS CodeBuild"]),
    ("AmazonFSx", &["Amazon FSx", "FSx"]),
    ("AmazonDocDB", &["Amazon DocumentDB (with MongoDB compatibility)", "DocumentDB"]),
    ("AmazonNeptune", &["Amazon Neptune"]),
    ("AmazonMQ", &["Amazon MQ"]),
    ("AmazonCognito", &["Amazon Cognito"]),
    ("AmazonRekognition", &["Amazon Rekognition"]),
    ("AmazonTextract", &["Amazon Textract"]),
    ("AmazonPolly", &["Amazon Polly"]),
    ("translate", &["Amazon Translate"]),
    ("comprehend", &["Amazon Comprehend"]),
    ("AWSDatabaseMigrationSvc", &["AWS Database Migration Service"]),
    ("AWSIoT", &["AWS IoT"]),
    ("AmazonGlacier", &["Amazon S3 Glacier", "Amazon Glacier"]),
    ("AWSSystemsManager", &["AWS Systems Manager"]),
    ("AWSSupportEnterprise", &["AWS Support (Enterprise)", "AWS Enterprise Support"]),
    ("AWSSupportBusiness", &["AWS Support (Business)", "AWS Business Support"]),
    ("AWSSupportDeveloper", &["AWS Support (Developer)", "AWS Developer Support"]),
    ("OCBPremiumSupport", &["AWS Premium Support"]),
    ("AWSManagedServices", &["AWS Managed Services"]),
    ("mturk", &["Amazon Mechanical Turk"]),
    ("AWSProfessionalServices", &["AWS Professional Services"]),
    ("AWSTraining", &["AWS Training", "AWS Training and Certification"]),
    ("AWSCertification", &["AWS Certification"]),
];

/// The product code that a code or name stands for, where the table knows it.
pub fn product_code_of(code_or_name: &str) -> Option<&'static str> {
    let asked = code_or_name.trim();
    SERVICES
        .iter()
        .find(|(code, names)| {
            code.eq_ignore_ascii_case(asked) || names.iter().any(|name| name.eq_ignore_ascii_case(asked))
        })
        .map(|(code, _)| *code)
}

/// Whether a service that a credit names is the one that a bill line is for.
pub fn is_same_service(named_by_credit: &str, product_code: &str, service_name: &str) -> bool {
    let named = named_by_credit.trim();
    if named.eq_ignore_ascii_case(product_code)
        || (!service_name.is_empty() && named.eq_ignore_ascii_case(service_name))
    {
        return true;
    }
    match product_code_of(named) {
        Some(code) => {
            Some(code) == product_code_of(product_code)
                || (!service_name.is_empty() && Some(code) == product_code_of(service_name))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_name_are_the_same_service() {
        assert!(is_same_service("Amazon Elastic Compute Cloud", "AmazonEC2", ""));
        assert!(is_same_service("AmazonEC2", "Amazon Elastic Compute Cloud", ""));
        assert!(is_same_service("AmazonNew", "amazonnew", ""), "a code seen in a bill is always a service");
        assert!(!is_same_service("AmazonS3", "AmazonEC2", "Amazon Elastic Compute Cloud"));
        assert!(!is_same_service("No Such Service", "AmazonEC2", ""));
    }

    #[test]
    fn no_name_stands_for_two_services() {
        let mut names: Vec<String> = SERVICES
            .iter()
            .flat_map(|(code, names)| {
                let mut all: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
                all.push(code.to_lowercase());
                all.dedup();
                all
            })
            .collect();
        let before = names.len();
        names.sort();
        names.dedup();
        assert!(before - names.len() <= 1, "AmazonCloudWatch alone is both code and name");
    }
}
