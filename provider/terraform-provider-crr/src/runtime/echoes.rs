//! Which echoes this process plans, makes and replaces: what one does must not undo another.

use replication::Echo;
use tfplugin::Value;

/// The echoes of one run.
#[derive(Default)]
pub struct Echoes {
    planned: Vec<Echo>,
    /// What is to be made again right away, by the names that it makes.
    replaced: Vec<(Vec<u8>, Value)>,
}

impl Echoes {
    /// Notes an echo that is planned. Answers another one of this run that would write over its rules.
    ///
    /// Terraform plans a resource more than once, so the same echo again is no other.
    pub fn plan(&mut self, echo: &Echo) -> Option<Echo> {
        let mut others = self.planned.iter();
        let other = others.find(|other| *other != echo && other.contends_with(echo));
        let other = other.cloned();
        if other.is_none() && !self.planned.contains(echo) {
            self.planned.push(echo.clone());
        }
        other
    }

    /// The echoes of this run whose rules have the same names as those of `former`, which goes: the one that takes its place
    /// with `create_before_destroy` or under a new address, and those that select other buckets. Terraform plans in an apply
    /// what changes, and nothing that is to go.
    pub fn of_the_same_way(&self, former: &Echo) -> Vec<Echo> {
        let planned = self.planned.iter();
        planned
            .filter(|echo| echo.goes_the_same_way(former))
            .cloned()
            .collect()
    }

    /// Notes the state of an echo that is taken away only to be made again.
    pub fn replace(&mut self, mark: Vec<u8>, former: Value) {
        self.replaced.push((mark, former));
    }

    /// The state of the echo that is made again now.
    pub fn take_replaced(&mut self, mark: &[u8]) -> Option<Value> {
        let at = self.replaced.iter().position(|(of, _)| of == mark)?;
        Some(self.replaced.swap_remove(at).1)
    }
}
