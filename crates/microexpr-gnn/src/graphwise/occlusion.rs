//! Class scores of a graph of which parts are hidden: only what changes is computed anew, node by node the same numbers as
//! for a graph of its own.

use std::ops::Range;

use super::graph::HostGraph;
use super::layer::{Layer, LayerInput, LayerRun};
use super::layer_plan::LayerPlan;
use super::linear::Features;
use super::network::GraphwiseNetwork;
use super::product::lanes_of;
use super::stream::{StreamAtWork, StreamRun};

impl GraphwiseNetwork {
    /// Class scores of the graph with the features of some nodes set to 0 (before they are standardised): one row for every list of
    /// nodes.
    ///
    /// Source: occlusion sensitivity, M. Zeiler, R. Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014.
    #[must_use]
    pub fn occluded_scores(&self, graph: &HostGraph<'_>, hidden: &[Vec<u32>]) -> Vec<Vec<f32>> {
        let weights = self.weights();
        let wholes = self.runs(&weights, graph);
        let mut runs = wholes.clone();
        let scores = |nodes: &Vec<u32>| {
            let mut embedding = Vec::new();
            for (k, stream) in self.at_work(&weights, graph) {
                let touched = stream.hide(nodes, &mut runs[k]);
                embedding.extend_from_slice(&runs[k].out);
                stream.show(&touched, &wholes[k], &mut runs[k]);
            }
            self.head(embedding)
        };
        hidden.iter().map(scores).collect()
    }
}

impl StreamAtWork<'_> {
    /// Leaves in `run`, which is that of the whole graph, the stream's vector without some nodes' features. Returns the rows that
    /// changed: of the node features, and of every layer's output.
    fn hide(self, nodes: &[u32], run: &mut StreamRun) -> Vec<Vec<u32>> {
        let width = self.features.width;
        let blank = -self.features.mean / self.features.deviation;
        for node in nodes {
            run.nodes[*node as usize * width..][..width].fill(blank);
        }
        let mut touched = vec![nodes.to_vec()];
        for index in 0..run.layers.len() {
            let (before, rest) = run.layers.split_at_mut(index);
            let input = self.layer_input(index, &run.nodes, before);
            let reached = self.layer(index).recompute(input, &touched[index], &mut rest[0]);
            touched.push(reached);
        }
        self.pool_and_read(&[], run);
        touched
    }

    /// Puts `run` back to that of the whole graph, given what [`StreamAtWork::hide`] touched.
    fn show(self, touched: &[Vec<u32>], whole: &StreamRun, run: &mut StreamRun) {
        copy_rows(&mut run.nodes, &whole.nodes, self.features.width, &touched[0]);
        let layers = run.layers.iter_mut().zip(&whole.layers).zip(self.layer_plans());
        for (((run, whole), plan), touched) in layers.zip(touched.windows(2)) {
            run.restore(whole, plan, &touched[0], &touched[1]);
        }
    }
}

impl Layer<'_> {
    /// Brings `run` up to date where rows of the node features changed; returns the rows of the output that changed.
    fn recompute(self, x: LayerInput<'_>, changed: &[u32], run: &mut LayerRun) -> Vec<u32> {
        let mut room = (Vec::new(), Vec::new());
        let mut part = LayerRun::default();
        self.transform(chosen(x.nodes, changed, &mut room), changed.len(), &mut part);
        run.place(&part, self.plan, changed);
        let reached = reached(x, changed);
        for nodes in runs_of(&reached) {
            self.attend(x, nodes, run);
        }
        reached
    }
}

impl LayerRun {
    /// Takes the transformed rows of `part` for those of some nodes.
    fn place(&mut self, part: &Self, plan: &LayerPlan, nodes: &[u32]) {
        let every: Vec<u32> = (0..nodes.len() as u32).collect();
        self.take(part, plan, nodes.iter().zip(&every));
    }

    /// Takes the rows of some nodes, and those of the output that they reached, from the run of the whole graph.
    fn restore(&mut self, whole: &Self, plan: &LayerPlan, changed: &[u32], reached: &[u32]) {
        self.take(whole, plan, changed.iter().zip(changed));
        copy_rows(&mut self.out, &whole.out, lanes_of(plan.channels), reached);
    }

    /// Takes transformed rows from another run: pairs of the row here and the row there.
    fn take<'a>(
        &mut self,
        from: &Self,
        plan: &LayerPlan,
        rows: impl Iterator<Item = (&'a u32, &'a u32)> + Clone,
    ) {
        take_rows(&mut self.values, &from.values, lanes_of(plan.channels), rows.clone());
        for (own, from) in self.own[..2].iter_mut().zip(&from.own) {
            let heads = if from.is_empty() { 0 } else { plan.heads() };
            take_rows(own, from, heads, rows.clone());
        }
        for (own, from) in self.gaussian.iter_mut().zip(&from.gaussian) {
            let lanes = from.per_row();
            take_rows(&mut own.lanes, &from.lanes, lanes, rows.clone());
        }
    }
}

/// Some rows of the features, close together in `room`.
fn chosen<'a>(features: Features<'a>, nodes: &[u32], room: &'a mut (Vec<f32>, Vec<u32>)) -> Features<'a> {
    let (values, first_columns) = room;
    match features {
        Features::Dense { values: all, width, step } => {
            values.extend(nodes.iter().flat_map(|node| &all[*node as usize * step..][..width]));
            Features::Dense { values, width, step: width }
        }
        Features::Columns { values: all, width, first } => {
            values.extend(nodes.iter().flat_map(|node| &all[*node as usize * width..][..width]));
            first_columns.extend(nodes.iter().map(|node| first[*node as usize]));
            Features::Columns { values, width, first: first_columns }
        }
    }
}

/// The nodes whose attention changes if some nodes' features do: these, and those that edges from them lead to; ascending.
fn reached(x: LayerInput<'_>, changed: &[u32]) -> Vec<u32> {
    let mut is_changed = vec![false; x.topology.nodes()];
    changed.iter().for_each(|node| is_changed[*node as usize] = true);
    let mut is_reached = is_changed.clone();
    for (source, target) in x.topology.source().iter().zip(x.topology.target()) {
        if is_changed[*source as usize] {
            is_reached[*target as usize] = true;
        }
    }
    (0..is_reached.len() as u32).filter(|node| is_reached[*node as usize]).collect()
}

/// Ascending numbers as ranges.
fn runs_of(nodes: &[u32]) -> impl Iterator<Item = Range<usize>> {
    nodes.chunk_by(|a, b| a + 1 == *b).map(|run| run[0] as usize..run[run.len() - 1] as usize + 1)
}

fn copy_rows<T: Copy>(to: &mut [T], from: &[T], length: usize, rows: &[u32]) {
    take_rows(to, from, length, rows.iter().zip(rows));
}

fn take_rows<'a, T: Copy>(
    to: &mut [T],
    from: &[T],
    length: usize,
    rows: impl Iterator<Item = (&'a u32, &'a u32)>,
) {
    for (here, there) in rows {
        let row = &from[*there as usize * length..][..length];
        to[*here as usize * length..][..length].copy_from_slice(row);
    }
}
