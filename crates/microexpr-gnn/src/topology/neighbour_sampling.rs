use super::{Rewired, Subgraph, Topology};
use crate::{GnnError, SeededRng};

impl Topology {
    /// The surroundings of some nodes: from each of them up to `fanouts[0]` incoming edges, drawn without replacement, from
    /// the sources of those up to `fanouts[1]`, and so on. So a network of `fanouts.len()` layers sees a sample of every
    /// seed's neighbourhood.
    ///
    /// The seeds are the first nodes of the result, in the order given; it is one graph.
    ///
    /// Source: W. Hamilton, R. Ying, J. Leskovec, "Inductive Representation Learning on Large Graphs", NeurIPS 2017; PyTorch
    /// Geometric's `NeighborLoader`.
    ///
    /// # Errors
    ///
    /// [`GnnError::Empty`] without seeds, [`GnnError::Setting`] if a seed does not exist or is named twice.
    pub fn sample_neighbours(
        &self,
        seeds: &[u32],
        fanouts: &[usize],
        random: &mut SeededRng,
    ) -> Result<Subgraph, GnnError> {
        let mut number = vec![u32::MAX; self.nodes()];
        let mut nodes = Vec::new();
        for seed in seeds {
            let fresh = number.get(*seed as usize) == Some(&u32::MAX);
            GnnError::check_setting(fresh, "seeds", "existing nodes, once each", seed)?;
            number[*seed as usize] = nodes.len() as u32;
            nodes.push(*seed);
        }
        let (mut edges, mut first) = (Vec::new(), 0);
        for fanout in fanouts {
            let last = nodes.len();
            for place in first..last {
                let incoming = self.incoming(nodes[place] as usize);
                for drawn in random.permutation(incoming.len()).into_iter().take(*fanout) {
                    let edge = incoming[drawn];
                    let source = self.source[edge as usize];
                    if number[source as usize] == u32::MAX {
                        number[source as usize] = nodes.len() as u32;
                        nodes.push(source);
                    }
                    edges.push(edge);
                }
            }
            first = last;
        }
        let ends = |list: &[u32]| edges.iter().map(|e| number[list[*e as usize] as usize]).collect();
        let topology = Self::new(nodes.len(), ends(&self.source), ends(&self.target))?;
        let rows = edges.iter().map(|edge| [(*edge, 1.0)]);
        Ok(Subgraph { rewired: Rewired::new(topology, self.edges(), rows), nodes })
    }
}
