use super::gradients::Gradients;
use super::kernel::{ForwardSlices, Kernel};
use super::operands::Operands;
use super::softmax::softmax;
use crate::attention::flex::row::{add, dot, load};
use crate::attention::flex::{Block, Eight, LANES, Lanes};
use crate::edge_kernels::Root;

/// Graph transformer: `Σ_j α_ij (v_j + W x_e)`, `α = softmax_j q_iᵀ (k_j + W x_e) / √C`; the nodes are `q ‖ k ‖ v`, or
/// `q ‖ k ‖ v ‖ r` if `r_i` is added.
///
/// `W` is taken out of the loops over edges: `qᵀ (k + W x) = qᵀ k + (Wᵀ q)ᵀ x` and `Σ α (v + W x) = Σ α v + W Σ α x`.
pub(super) struct DotAttention<'a> {
    pub(super) operands: Operands<'a>,
    /// `1 / √C`.
    pub(super) scale: f32,
    pub(super) root: Root,
}

const QUERY: usize = 0;
const KEY: usize = 1;
const VALUE: usize = 2;
const ROOT: usize = 3;

/// Room for one head of a node.
struct Room {
    /// A number for every edge: scores forward, gradients of the weights backward.
    by_edge: Vec<f32>,
    /// `Wᵀ q` and `Wᵀ g`.
    query: Vec<f32>,
    gradient: Vec<f32>,
    /// Weighted sums of edge features: those that belong to values, and to keys.
    of_values: Vec<f32>,
    of_keys: Vec<f32>,
    /// Gradient of `q`.
    by_query: Vec<Eight>,
}

impl Room {
    fn new(o: &Operands<'_>, block: &Block) -> Self {
        let features = || vec![0.0; o.edge_width];
        Self {
            by_edge: vec![0.0; block.max_in_degree(o.topology)],
            query: features(),
            gradient: features(),
            of_values: features(),
            of_keys: features(),
            by_query: vec![[0.0; LANES]; o.per_head()],
        }
    }
}

impl Kernel for DotAttention<'_> {
    fn operands(&self) -> &Operands<'_> {
        &self.operands
    }

    fn weights(&self) -> usize {
        self.operands.heads
    }

    #[inline(always)]
    fn forward<V: Lanes>(&self, block: &Block, out: &mut ForwardSlices<'_>) {
        let mut room = Room::new(&self.operands, block);
        for node in block.nodes.clone() {
            for head in 0..self.operands.heads {
                self.node::<V>(node, head, block, &mut room, out);
            }
        }
    }

    #[inline(always)]
    fn backward<V: Lanes>(&self, gradient: &[f32], alpha: &[f32], block: &Block, out: &mut Gradients<'_>) {
        let o = &self.operands;
        let mut room = Room::new(o, block);
        for node in block.nodes.clone() {
            for head in 0..o.heads {
                let gradient = &gradient[node * o.channels + head * o.head_width..][..o.head_width];
                let along = self.values::<V>(node, head, (gradient, alpha), &mut room, out);
                self.scores::<V>(node, head, (alpha, along), &mut room, out);
                self.weight::<V>(node, head, gradient, &room, out);
                if self.root == Root::Added {
                    out.part(o, (node, ROOT, head)).copy_from_slice(gradient);
                }
            }
        }
    }
}

impl DotAttention<'_> {
    /// One head of a node.
    #[inline(always)]
    fn node<V: Lanes>(
        &self,
        node: usize,
        head: usize,
        block: &Block,
        room: &mut Room,
        out: &mut ForwardSlices<'_>,
    ) {
        let (o, incoming) = (&self.operands, self.operands.topology.incoming(node));
        let query = o.part(node, QUERY, head);
        o.through_weight::<V>(head, query, &mut room.query);
        let scores = &mut room.by_edge[..incoming.len()];
        for (score, edge) in scores.iter_mut().zip(incoming) {
            let edge = *edge as usize;
            let of_nodes = dot::<V>(query, o.part(o.source(edge), KEY, head));
            *score = self.scale * (of_nodes + few(&room.query, o.features(edge)));
        }
        softmax::<V>(scores);
        let first = (node - block.nodes.start) * o.channels + head * o.head_width;
        let sums = &mut out.values[first..][..o.head_width];
        if self.root == Root::Added {
            sums.copy_from_slice(o.part(node, ROOT, head));
        }
        room.of_values.fill(0.0);
        for (alpha, edge) in scores.iter().zip(incoming) {
            let edge = *edge as usize;
            out.alpha[(edge - block.edges.start) * o.heads + head] = *alpha;
            let value = o.part(o.source(edge), VALUE, head);
            for k in 0..o.per_head() {
                add(sums, k, load::<V>(value, k).times(V::splat(*alpha)));
            }
            add_few(&mut room.of_values, *alpha, o.features(edge));
        }
        o.add_weighted::<V>(head, &room.of_values, sums);
    }

    /// With `d_e = gᵀ (v_j + W x_e)`, the gradient of a weight: leaves them in the room, adds the values' gradients `α g` and
    /// returns `Σ α d`.
    #[inline(always)]
    fn values<V: Lanes>(
        &self,
        node: usize,
        head: usize,
        (gradient, alpha): (&[f32], &[f32]),
        room: &mut Room,
        out: &mut Gradients<'_>,
    ) -> f32 {
        let o = &self.operands;
        o.through_weight::<V>(head, gradient, &mut room.gradient);
        room.of_values.fill(0.0);
        let mut along = 0.0;
        for (by_weight, edge) in room.by_edge.iter_mut().zip(o.topology.incoming(node)) {
            let edge = *edge as usize;
            let (source, alpha) = (o.source(edge), alpha[edge * o.heads + head]);
            let of_nodes = dot::<V>(gradient, o.part(source, VALUE, head));
            *by_weight = of_nodes + few(&room.gradient, o.features(edge));
            along += alpha * *by_weight;
            out.add_scaled::<V>(o, (source, VALUE, head), alpha, gradient);
            add_few(&mut room.of_values, alpha, o.features(edge));
        }
        along
    }

    /// Adds the gradients of query, keys and edge features, given those of the weights.
    #[inline(always)]
    fn scores<V: Lanes>(
        &self,
        node: usize,
        head: usize,
        (alpha, along): (&[f32], f32),
        room: &mut Room,
        out: &mut Gradients<'_>,
    ) {
        let o = &self.operands;
        let query = o.part(node, QUERY, head);
        o.through_weight::<V>(head, query, &mut room.query);
        room.of_keys.fill(0.0);
        room.by_query.fill([0.0; LANES]);
        for (by_weight, edge) in room.by_edge.iter().zip(o.topology.incoming(node)) {
            let edge = *edge as usize;
            let (source, alpha) = (o.source(edge), alpha[edge * o.heads + head]);
            let by_score = self.scale * alpha * (by_weight - along);
            let key = o.part(source, KEY, head);
            for (k, sum) in room.by_query.iter_mut().enumerate() {
                V::load(sum).plus(load::<V>(key, k).times(V::splat(by_score))).store(sum);
            }
            out.add_scaled::<V>(o, (source, KEY, head), by_score, query);
            add_few(&mut room.of_keys, by_score, o.features(edge));
            if let Some(features) = out.features(o, edge) {
                add_few(features, alpha, &room.gradient);
                add_few(features, by_score, &room.query);
            }
        }
        out.add::<V>(o, (node, QUERY, head), &room.by_query);
    }

    /// Adds the gradients of what was taken out of the loops: `W` and the rest of the query.
    #[inline(always)]
    fn weight<V: Lanes>(
        &self,
        node: usize,
        head: usize,
        gradient: &[f32],
        room: &Room,
        out: &mut Gradients<'_>,
    ) {
        let o = &self.operands;
        out.weight::<V>(head, gradient, &room.of_values);
        out.weight::<V>(head, o.part(node, QUERY, head), &room.of_keys);
        o.add_weighted::<V>(head, &room.of_keys, out.part(o, (node, QUERY, head)));
    }
}

/// `Σ_k x_k y_k` of the few features of an edge.
#[inline(always)]
fn few(x: &[f32], y: &[f32]) -> f32 {
    let mut sum = 0.0;
    for (x, y) in x.iter().zip(y) {
        sum += x * y;
    }
    sum
}

/// `y += a x` of the few features of an edge.
#[inline(always)]
fn add_few(y: &mut [f32], a: f32, x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}
