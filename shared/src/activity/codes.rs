//! Coded values. Codes are those of `musette-rule/1`; they are what travels in credentials.

/// Not a code of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a known code")]
pub struct UnknownCode;

/// Declares an enum with its written codes.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The code that travels.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownCode;

            fn from_str(text: &str) -> Result<Self, UnknownCode> {
                match text {
                    $($code => Ok(Self::$variant),)+
                    _ => Err(UnknownCode),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

codes! {
    /// Kind of activity.
    ActivityKind {
        /// Volunteering in an association.
        BenevolatAssociatif = "benevolat_associatif",
        /// Employment.
        Salariat = "salariat",
        /// Volunteer firefighter.
        SapeurPompierVolontaire = "spv",
        /// Contribution to a free platform.
        PlateformeContributive = "plateforme_contributive",
    }
}

impl ActivityKind {
    /// Whether this kind is paid work. A volunteer's expenses and a firefighter's allowance are no pay.
    pub fn is_paid(self) -> bool {
        matches!(self, Self::Salariat)
    }
}

codes! {
    /// Coded role. The law counts roles, not titles (`domain.md` §0).
    Role {
        /// Sits on the governing body.
        Dirigeant = "dirigeant",
        /// Supervises other volunteers.
        EncadrantBenevoles = "encadrant_benevoles",
        /// Volunteer.
        Benevole = "benevole",
        /// Employee.
        Salarie = "salarie",
    }
}
codes! {
    /// How well a fact is known (attestée, étayée, déclarée); ordered from weakest.
    Assurance {
        /// The person says so.
        SelfAsserted = "self_asserted",
        /// Backed by evidence.
        Evidenced = "evidenced",
        /// An organisation signs for it.
        Attested = "attested",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_in_every_form() {
        for role in Role::ALL {
            assert_eq!(role.code().parse(), Ok(*role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.code());
        }
        assert_eq!("Dirigeant".parse::<Role>(), Err(UnknownCode));
        assert!(Assurance::SelfAsserted < Assurance::Evidenced && Assurance::Evidenced < Assurance::Attested);
    }
}
