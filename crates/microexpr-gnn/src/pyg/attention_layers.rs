//! Names of the attention layers' parameters.

use burn::prelude::*;

use super::{Named, PygLayer};
use crate::attention::{GatConv, Gatv2Conv};

impl<B: Backend> PygLayer<B> for GatConv<B> {
    fn named(&mut self) -> Vec<Named<'_, B>> {
        let heads = self.heads();
        let mut all = vec![
            Named::matrix("lin.weight", &mut self.weight),
            Named::heads("att_dst", &mut self.target_attention, heads),
            Named::heads("att_src", &mut self.source_attention, heads),
            Named::bias("bias", &mut self.bias),
        ];
        all.extend(self.edge_weight.as_mut().map(|weight| Named::matrix("lin_edge.weight", weight)));
        all.extend(self.edge_attention.as_mut().map(|a| Named::heads("att_edge", a, heads)));
        all
    }
}

impl<B: Backend> PygLayer<B> for Gatv2Conv<B> {
    fn named(&mut self) -> Vec<Named<'_, B>> {
        let heads = self.heads();
        let mut all = vec![
            Named::matrix("lin_l.weight", &mut self.source_weight),
            Named::bias("lin_l.bias", &mut self.source_bias),
            Named::matrix("lin_r.weight", &mut self.target_weight),
            Named::bias("lin_r.bias", &mut self.target_bias),
            Named::heads("att", &mut self.attention, heads),
            Named::bias("bias", &mut self.bias),
        ];
        all.extend(self.edge_weight.as_mut().map(|weight| Named::matrix("lin_edge.weight", weight)));
        all
    }
}
