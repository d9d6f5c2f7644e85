//! Edge lists are checked once, when they are built.

use microexpr_gnn::{GnnError, Topology};

#[test]
fn bad_edge_lists_are_errors_that_name_the_edge() {
    assert!(matches!(Topology::new(0, vec![], vec![]), Err(GnnError::Empty)));
    let uneven = Topology::new(3, vec![0, 1], vec![0]);
    assert!(matches!(uneven, Err(GnnError::EdgeListLength { sources: 2, targets: 1 })));
    let outside = Topology::new(3, vec![0, 1], vec![0, 3]).unwrap_err();
    assert_eq!(outside.to_string(), "edge 1 runs from node 1 to node 3, but the graph has 3 nodes");
}

#[test]
fn disjoint_union_renumbers_nodes_and_keeps_ranges() {
    let a = Topology::new(2, vec![0, 1], vec![1, 1]).unwrap();
    let b = Topology::new(3, vec![2], vec![0]).unwrap();
    let both = Topology::disjoint_union([&a, &b]).unwrap();
    assert_eq!(both.source(), [0, 1, 4]);
    assert_eq!(both.target(), [1, 1, 2]);
    assert_eq!((both.nodes(), both.graphs(), both.max_in_degree()), (5, 2, 2));
    assert_eq!((both.graph_nodes(1), both.graph_edges(1)), (2..5, 2..3));
    assert_eq!(both.incoming(1), [0, 1]);
    assert!(both.incoming(3).is_empty());
    assert_eq!(both.outgoing_lists(), (vec![0, 1, 2, 2, 2, 3], vec![0, 1, 2]));
}
