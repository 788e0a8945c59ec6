//! The W3C VC-API: others hand in credentials and presentations of the W3C data model, and are told whether they hold.
//! Trust and rights are not asked here.

pub(crate) mod api;
pub(crate) mod config;

use shared::service::{
    config::ServiceConfig,
    vc_api::{Access, AccessError},
};

use self::config::{InstanceConfig, VcApiConfig};

/// What is open.
pub(crate) struct VcApi {
    pub(crate) access: Access,
    config: VcApiConfig,
}

impl VcApi {
    /// Reads who may ask.
    pub(crate) fn open(service: &ServiceConfig, config: &VcApiConfig) -> Result<Self, AccessError> {
        Ok(Self {
            access: Access::open(service, config.token_file.as_deref())?,
            config: config.clone(),
        })
    }

    /// What the instance of this name checks; without a name, everything.
    pub(crate) fn instance(&self, name: Option<&str>) -> Option<InstanceConfig> {
        let Some(name) = name else {
            return Some(InstanceConfig::default());
        };
        let mut instances = self.config.instances.iter();
        instances.find_map(|(found, instance)| (found.as_str() == name).then_some(*instance))
    }
}
