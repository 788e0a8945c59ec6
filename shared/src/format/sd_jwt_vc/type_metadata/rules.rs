//! Whether a credential keeps the rules of its type (§5.6.3, §5.6.4).

use std::collections::HashSet;

use serde_json::Value;

use super::{ClaimMetadata, Disclosability, TypeMetadata};
use crate::{
    credential::{ClaimPath, PathElement},
    format::sd_jwt_vc::Revealed,
};

/// How much of the credential is there to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// Every disclosure, as its holder has it.
    Yes,
    /// What its holder chose to show, or who knows: that a claim is not there does not say that it was not issued
    /// (SDVC-008), and indices count what is shown.
    Perhaps,
}

/// A rule that a credential breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenRule {
    /// `mandatory`: the issuer had to give it.
    #[error("a claim that the type demands is missing: {0}")]
    Missing(ClaimPath),
    /// `sd` is `always`, and the claim stands in the open.
    #[error("a claim that the type has hidden stands in the open: {0}")]
    Open(ClaimPath),
    /// `sd` is `never`, and the claim was hidden.
    #[error("a claim that the type has in the open was hidden: {0}")]
    Hidden(ClaimPath),
}

impl TypeMetadata {
    /// Refuses a credential that breaks a rule of its type, and says the first.
    pub fn check(&self, revealed: &Revealed, whole: Whole) -> Result<(), BrokenRule> {
        let disclosed: HashSet<&[PathElement]> = revealed.disclosed.iter().map(ClaimPath::elements).collect();
        for claim in &self.claims {
            let counts = claim
                .path
                .elements()
                .iter()
                .any(|step| matches!(step, PathElement::Index(_)));
            if counts && whole == Whole::Perhaps {
                continue;
            }
            // A path that does not fit the claims selects nothing of them.
            let selected = claim.path.resolve(&revealed.claims).unwrap_or_default();
            let is_hidden = |path: &ClaimPath| disclosed.contains(path.elements());
            match claim.disclosability {
                Disclosability::Always if selected.iter().any(|(path, _)| !is_hidden(path)) => {
                    return Err(BrokenRule::Open(claim.path.clone()));
                }
                Disclosability::Never if selected.iter().any(|(path, _)| is_hidden(path)) => {
                    return Err(BrokenRule::Hidden(claim.path.clone()));
                }
                _ => {}
            }
            if claim.mandatory && claim.is_missing(&revealed.claims, selected.len(), whole) {
                return Err(BrokenRule::Missing(claim.path.clone()));
            }
        }
        Ok(())
    }
}

impl ClaimMetadata {
    /// Whether the issuer left it out: in one place where it has to be, or everywhere.
    fn is_missing(&self, claims: &Value, selected: usize, whole: Whole) -> bool {
        let may_be_undisclosed = whole == Whole::Perhaps && self.disclosability != Disclosability::Never;
        if may_be_undisclosed {
            return false;
        }
        let Some((PathElement::Key(_), above)) = self.path.elements().split_last() else {
            // Elements of an array: one is enough.
            return selected == 0 && whole == Whole::Yes;
        };
        let places = match ClaimPath::try_from(above.to_vec()) {
            Ok(above) => above.select(claims).map_or(0, |places| places.len()),
            Err(_) => 1,
        };
        selected < places || selected == 0 && whole == Whole::Yes
    }
}
