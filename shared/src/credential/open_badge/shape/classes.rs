//! The classes of Open Badges 3.0, Appendix B, as the JSON Schema of the specification has them.

use super::{
    super::{BADGE_TYPES, ENDORSEMENT_TYPE},
    Class, Form, Kind, may, must, must_since_v2,
};

const IDENTIFIER_TYPES: &[&str] = &[
    "name",
    "sourcedId",
    "systemId",
    "productId",
    "userName",
    "accountId",
    "emailAddress",
    "nationalIdentityNumber",
    "isbn",
    "issn",
    "lisSourcedId",
    "oneRosterSourcedId",
    "sisSourcedId",
    "ltiContextId",
    "ltiDeploymentId",
    "ltiToolId",
    "ltiPlatformId",
    "ltiUserId",
    "identifier",
];

const ACHIEVEMENT_TYPES: &[&str] = &[
    "Achievement",
    "ApprenticeshipCertificate",
    "Assessment",
    "Assignment",
    "AssociateDegree",
    "Award",
    "Badge",
    "BachelorDegree",
    "Certificate",
    "CertificateOfCompletion",
    "Certification",
    "CommunityService",
    "Competency",
    "Course",
    "CoCurricular",
    "Degree",
    "Diploma",
    "DoctoralDegree",
    "Fieldwork",
    "GeneralEducationDevelopment",
    "JourneymanCertificate",
    "LearningProgram",
    "License",
    "Membership",
    "ProfessionalDoctorate",
    "QualityAssuranceCredential",
    "MasterCertificate",
    "MasterDegree",
    "MicroCredential",
    "ResearchDoctorate",
    "SecondarySchoolDiploma",
];

const RESULT_TYPES: &[&str] = &[
    "GradePointAverage",
    "LetterGrade",
    "Percent",
    "PerformanceLevel",
    "PredictedScore",
    "RawScore",
    "Result",
    "RubricCriterion",
    "RubricCriterionLevel",
    "RubricScore",
    "ScaledScore",
    "Status",
];

const RESULT_STATUSES: &[&str] = &[
    "Completed",
    "Enrolled",
    "Failed",
    "InProgress",
    "OnHold",
    "Provisional",
    "Withdrew",
];

const TARGET_TYPES: &[&str] = &[
    "ceasn:Competency",
    "ceterms:Credential",
    "CFItem",
    "CFRubric",
    "CFRubricCriterion",
    "CFRubricCriterionLevel",
    "CTDL",
];

pub(super) static ACHIEVEMENT_CREDENTIAL: Class = Class {
    kind: Kind::Credential,
    members: &[
        must("id", Form::Uri),
        must("type", Form::Types(&["VerifiableCredential"])),
        must("type", Form::Types(&BADGE_TYPES)),
        may("name", Form::Text),
        may("description", Form::Text),
        may("image", Form::A(&IMAGE)),
        may("awardedDate", Form::Instant),
        must("credentialSubject", Form::A(&ACHIEVEMENT_SUBJECT)),
        may("endorsement", Form::List(&Form::A(&ENDORSEMENT_CREDENTIAL))),
        may("endorsementJwt", Form::List(&Form::Token)),
        may("evidence", Form::List(&Form::A(&EVIDENCE))),
        must("issuer", Form::Reference(&PROFILE)),
        may("proof", Form::List(&Form::A(&PROOF))),
        may("credentialSchema", Form::List(&Form::A(&NAMED))),
        may("credentialStatus", Form::A(&NAMED)),
        may("refreshService", Form::A(&NAMED)),
        may("termsOfUse", Form::List(&Form::A(&TERMS))),
    ],
};

pub(super) static ENDORSEMENT_CREDENTIAL: Class = Class {
    kind: Kind::Credential,
    members: &[
        must_since_v2("id", Form::Uri),
        must("type", Form::Types(&["VerifiableCredential"])),
        must("type", Form::Types(&[ENDORSEMENT_TYPE])),
        must_since_v2("name", Form::Text),
        may("description", Form::Text),
        must("credentialSubject", Form::A(&ENDORSEMENT_SUBJECT)),
        may("awardedDate", Form::Instant),
        must("issuer", Form::Reference(&PROFILE)),
        may("proof", Form::List(&Form::A(&PROOF))),
        may("credentialSchema", Form::List(&Form::A(&NAMED))),
        may("credentialStatus", Form::A(&NAMED)),
        may("refreshService", Form::A(&NAMED)),
        may("termsOfUse", Form::List(&Form::A(&TERMS))),
    ],
};

static ACHIEVEMENT_SUBJECT: Class = Class {
    kind: Kind::Subject,
    members: &[
        may("id", Form::Uri),
        must("type", Form::Types(&["AchievementSubject"])),
        may("activityEndDate", Form::Instant),
        may("activityStartDate", Form::Instant),
        may("creditsEarned", Form::Number),
        must("achievement", Form::A(&ACHIEVEMENT)),
        may("identifier", Form::List(&Form::A(&IDENTITY_OBJECT))),
        may("image", Form::A(&IMAGE)),
        may("licenseNumber", Form::Text),
        may("narrative", Form::Text),
        may("result", Form::List(&Form::A(&RESULT))),
        may("role", Form::Text),
        may("source", Form::A(&PROFILE)),
        may("term", Form::Text),
    ],
};

static ENDORSEMENT_SUBJECT: Class = Class {
    kind: Kind::Open,
    members: &[
        must("id", Form::Uri),
        must("type", Form::Types(&["EndorsementSubject"])),
        may("endorsementComment", Form::Text),
    ],
};

static ACHIEVEMENT: Class = Class {
    kind: Kind::Open,
    members: &[
        must("id", Form::Uri),
        must("type", Form::Types(&["Achievement"])),
        may("alignment", Form::List(&Form::A(&ALIGNMENT))),
        may("achievementType", Form::Term(ACHIEVEMENT_TYPES)),
        may("creator", Form::A(&PROFILE)),
        may("creditsAvailable", Form::Number),
        must("criteria", Form::A(&CRITERIA)),
        must("description", Form::Text),
        may("endorsement", Form::List(&Form::A(&ENDORSEMENT_CREDENTIAL))),
        may("endorsementJwt", Form::List(&Form::Token)),
        may("fieldOfStudy", Form::Text),
        may("humanCode", Form::Text),
        may("image", Form::A(&IMAGE)),
        may("inLanguage", Form::Language),
        must("name", Form::Text),
        may("otherIdentifier", Form::List(&Form::A(&IDENTIFIER_ENTRY))),
        may("related", Form::List(&Form::A(&RELATED))),
        may("resultDescription", Form::List(&Form::A(&RESULT_DESCRIPTION))),
        may("specialization", Form::Text),
        may("tag", Form::List(&Form::Text)),
        may("version", Form::Text),
    ],
};

static PROFILE: Class = Class {
    kind: Kind::Open,
    members: &[
        must("id", Form::Uri),
        must("type", Form::Types(&["Profile"])),
        may("name", Form::Text),
        may("url", Form::Uri),
        may("phone", Form::Text),
        may("description", Form::Text),
        may("endorsement", Form::List(&Form::A(&ENDORSEMENT_CREDENTIAL))),
        may("endorsementJwt", Form::List(&Form::Token)),
        may("image", Form::A(&IMAGE)),
        may("email", Form::Text),
        may("address", Form::A(&ADDRESS)),
        may("otherIdentifier", Form::List(&Form::A(&IDENTIFIER_ENTRY))),
        may("official", Form::Text),
        may("parentOrg", Form::A(&PROFILE)),
        may("familyName", Form::Text),
        may("givenName", Form::Text),
        may("additionalName", Form::Text),
        may("patronymicName", Form::Text),
        may("honorificPrefix", Form::Text),
        may("honorificSuffix", Form::Text),
        may("familyNamePrefix", Form::Text),
        may("dateOfBirth", Form::Day),
    ],
};

static ADDRESS: Class = Class {
    kind: Kind::Open,
    members: &[
        must("type", Form::Types(&["Address"])),
        may("addressCountry", Form::Text),
        may("addressCountryCode", Form::Text),
        may("addressRegion", Form::Text),
        may("addressLocality", Form::Text),
        may("streetAddress", Form::Text),
        may("postOfficeBoxNumber", Form::Text),
        may("postalCode", Form::Text),
        may("geo", Form::A(&GEO_COORDINATES)),
    ],
};

static GEO_COORDINATES: Class = Class {
    kind: Kind::Open,
    members: &[
        must("type", Form::OneOf(&["GeoCoordinates"])),
        must("latitude", Form::Number),
        must("longitude", Form::Number),
    ],
};

static IDENTIFIER_ENTRY: Class = Class {
    kind: Kind::Closed,
    members: &[
        must("type", Form::OneOf(&["IdentifierEntry"])),
        must("identifier", Form::Text),
        must("identifierType", Form::Term(IDENTIFIER_TYPES)),
    ],
};

static IDENTITY_OBJECT: Class = Class {
    kind: Kind::Closed,
    members: &[
        must("type", Form::OneOf(&["IdentityObject"])),
        must("hashed", Form::Boolean),
        must("identityHash", Form::Text),
        must("identityType", Form::Term(IDENTIFIER_TYPES)),
        may("salt", Form::Text),
    ],
};

static IMAGE: Class = Class {
    kind: Kind::Closed,
    members: &[
        must("id", Form::Uri),
        must("type", Form::OneOf(&["Image"])),
        may("caption", Form::Text),
    ],
};

static CRITERIA: Class = Class {
    kind: Kind::Open,
    members: &[may("id", Form::Uri), may("narrative", Form::Text)],
};

static EVIDENCE: Class = Class {
    kind: Kind::Open,
    members: &[
        may("id", Form::Uri),
        must("type", Form::Types(&["Evidence"])),
        may("narrative", Form::Text),
        may("name", Form::Text),
        may("description", Form::Text),
        may("genre", Form::Text),
        may("audience", Form::Text),
    ],
};

static ALIGNMENT: Class = Class {
    kind: Kind::Open,
    members: &[
        must("type", Form::Types(&["Alignment"])),
        may("targetCode", Form::Text),
        may("targetDescription", Form::Text),
        must("targetName", Form::Text),
        may("targetFramework", Form::Text),
        may("targetType", Form::Term(TARGET_TYPES)),
        must("targetUrl", Form::Uri),
    ],
};

static RESULT: Class = Class {
    kind: Kind::Open,
    members: &[
        must("type", Form::Types(&["Result"])),
        may("achievedLevel", Form::Uri),
        may("alignment", Form::List(&Form::A(&ALIGNMENT))),
        may("resultDescription", Form::Uri),
        may("status", Form::OneOf(RESULT_STATUSES)),
        may("value", Form::Text),
    ],
};

static RESULT_DESCRIPTION: Class = Class {
    kind: Kind::Open,
    members: &[
        must("id", Form::Uri),
        must("type", Form::Types(&["ResultDescription"])),
        may("alignment", Form::List(&Form::A(&ALIGNMENT))),
        may("allowedValue", Form::List(&Form::Text)),
        must("name", Form::Text),
        may("requiredLevel", Form::Uri),
        may("requiredValue", Form::Text),
        must("resultType", Form::Term(RESULT_TYPES)),
        may("rubricCriterionLevel", Form::List(&Form::A(&RUBRIC_CRITERION_LEVEL))),
        may("valueMax", Form::Text),
        may("valueMin", Form::Text),
    ],
};

static RUBRIC_CRITERION_LEVEL: Class = Class {
    kind: Kind::Open,
    members: &[
        must("id", Form::Uri),
        must("type", Form::Types(&["RubricCriterionLevel"])),
        may("alignment", Form::List(&Form::A(&ALIGNMENT))),
        may("description", Form::Text),
        may("level", Form::Text),
        must("name", Form::Text),
        may("points", Form::Text),
    ],
};

static RELATED: Class = Class {
    kind: Kind::Open,
    members: &[
        must("id", Form::Uri),
        must("type", Form::Types(&["Related"])),
        may("inLanguage", Form::Language),
        may("version", Form::Text),
    ],
};

static PROOF: Class = Class {
    kind: Kind::Open,
    members: &[
        must("type", Form::Text),
        may("created", Form::Instant),
        may("cryptosuite", Form::Text),
        may("challenge", Form::Text),
        may("domain", Form::Text),
        may("nonce", Form::Text),
        may("proofPurpose", Form::Text),
        may("proofValue", Form::Text),
        may("verificationMethod", Form::Uri),
    ],
};

/// A status, a schema, a service: what it is, and where.
static NAMED: Class = Class {
    kind: Kind::Open,
    members: &[must("id", Form::Uri), must("type", Form::Text)],
};

static TERMS: Class = Class {
    kind: Kind::Open,
    members: &[may("id", Form::Uri), must("type", Form::Text)],
};
