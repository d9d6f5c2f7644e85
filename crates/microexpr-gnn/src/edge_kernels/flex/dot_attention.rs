use super::gradients::Gradients;
use super::kernel::{ForwardSlices, Kernel};
use super::operands::Operands;
use super::weighted_sum::{Place, softmax_backward, weigh, weigh_backward};
use crate::attention::flex::row::{dot, load};
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
    /// A number for every edge: scores forward, gradients of the weights and then of the scores backward.
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
                self.node::<V>(Place { node, head, value: VALUE }, block, &mut room, out);
            }
        }
    }

    #[inline(always)]
    fn backward<V: Lanes>(&self, gradient: &[f32], alpha: &[f32], block: &Block, out: &mut Gradients<'_>) {
        let o = &self.operands;
        let mut room = Room::new(o, block);
        for node in block.nodes.clone() {
            for head in 0..o.heads {
                let place = Place { node, head, value: VALUE };
                let gradient = place.row(o, gradient);
                self.values::<V>(place, (gradient, alpha), &mut room, out);
                self.scores::<V>(place, alpha, &mut room, out);
                self.weight::<V>(place, gradient, &room, out);
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
    fn node<V: Lanes>(&self, place: Place, block: &Block, room: &mut Room, out: &mut ForwardSlices<'_>) {
        let (o, Place { node, head, .. }) = (&self.operands, place);
        let query = o.part(node, QUERY, head);
        o.through_weight::<V>(head, query, &mut room.query);
        let scores = &mut room.by_edge[..o.topology.incoming(node).len()];
        for (score, pair) in scores.iter_mut().zip(place.pairs(o)) {
            let of_nodes = dot::<V>(query, o.part(o.source(pair.edge), KEY, head));
            *score = self.scale * (of_nodes + few(&room.query, o.features(pair.edge)));
        }
        if self.root == Root::Added {
            place.sums(o, block, out).copy_from_slice(o.part(node, ROOT, head));
        }
        weigh::<V>(o, place, block, scores, out);
        room.of_values.fill(0.0);
        for (alpha, pair) in scores.iter().zip(place.pairs(o)) {
            add_few(&mut room.of_values, *alpha, o.features(pair.edge));
        }
        o.add_weighted::<V>(head, &room.of_values, place.sums(o, block, out));
    }

    /// Leaves the gradients of the scores in the room and adds those of the values; the gradient of a weight is `gᵀ (v_j + W x_e)`.
    #[inline(always)]
    fn values<V: Lanes>(
        &self,
        place: Place,
        (gradient, alpha): (&[f32], &[f32]),
        room: &mut Room,
        out: &mut Gradients<'_>,
    ) {
        let o = &self.operands;
        let by_edge = &mut room.by_edge[..o.topology.incoming(place.node).len()];
        weigh_backward::<V>(o, place, (gradient, alpha), by_edge, out);
        o.through_weight::<V>(place.head, gradient, &mut room.gradient);
        room.of_values.fill(0.0);
        for (by_weight, pair) in by_edge.iter_mut().zip(place.pairs(o)) {
            *by_weight += few(&room.gradient, o.features(pair.edge));
            add_few(&mut room.of_values, alpha[pair.edge * o.heads + place.head], o.features(pair.edge));
        }
        softmax_backward(o, place, alpha, by_edge);
    }

    /// Adds the gradients of query, keys and edge features, given those of the scores.
    #[inline(always)]
    fn scores<V: Lanes>(&self, place: Place, alpha: &[f32], room: &mut Room, out: &mut Gradients<'_>) {
        let (o, Place { node, head, .. }) = (&self.operands, place);
        let query = o.part(node, QUERY, head);
        o.through_weight::<V>(head, query, &mut room.query);
        room.of_keys.fill(0.0);
        room.by_query.fill([0.0; LANES]);
        for (by_edge, pair) in room.by_edge.iter().zip(place.pairs(o)) {
            let (source, by_score) = (o.source(pair.edge), self.scale * by_edge);
            let key = o.part(source, KEY, head);
            for (k, sum) in room.by_query.iter_mut().enumerate() {
                V::load(sum).plus(load::<V>(key, k).times(V::splat(by_score))).store(sum);
            }
            out.add_scaled::<V>(o, (source, KEY, head), by_score, query);
            add_few(&mut room.of_keys, by_score, o.features(pair.edge));
            if let Some(features) = out.features(o, pair.edge) {
                add_few(features, alpha[pair.edge * o.heads + head], &room.gradient);
                add_few(features, by_score, &room.query);
            }
        }
        out.add::<V>(o, (node, QUERY, head), &room.by_query);
    }

    /// Adds the gradients of what was taken out of the loops: `W` and the rest of the query.
    #[inline(always)]
    fn weight<V: Lanes>(&self, place: Place, gradient: &[f32], room: &Room, out: &mut Gradients<'_>) {
        let (o, Place { node, head, .. }) = (&self.operands, place);
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
