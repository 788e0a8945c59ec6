use super::{
    super::{NamedOrBlank, Term},
    *,
};

fn link(subject: Blank, object: Blank) -> Quad<'static> {
    Quad {
        subject: NamedOrBlank::Blank(subject),
        predicate: "https://example.org/p",
        object: NamedOrBlank::Blank(object).into(),
        graph: None,
    }
}

fn clique(nodes: Blank) -> Dataset<'static> {
    let quads = (0..nodes)
        .flat_map(|a| (0..nodes).filter(move |b| a != *b).map(move |b| link(a, b)))
        .collect();
    Dataset { quads, blanks: nodes }
}

#[test]
fn nodes_that_look_alike_are_named_whatever_their_order() {
    let chain = |order: [Blank; 4]| {
        let quads = order.windows(2).map(|pair| link(pair[0], pair[1])).collect();
        canonicalize(&Dataset { quads, blanks: 4 }, Digest::Sha256)
            .unwrap()
            .text
    };
    assert_eq!(chain([0, 1, 2, 3]), chain([2, 0, 3, 1]));
    assert_eq!(chain([0, 1, 2, 3]), chain([3, 2, 1, 0]));
}

#[test]
fn a_statement_made_twice_counts_once() {
    let once = Dataset {
        quads: vec![link(0, 1)],
        blanks: 2,
    };
    let twice = Dataset {
        quads: vec![link(0, 1), link(0, 1)],
        blanks: 2,
    };
    assert_eq!(
        canonicalize(&once, Digest::Sha256),
        canonicalize(&twice, Digest::Sha256)
    );
}

#[test]
fn a_poisoned_dataset_is_refused() {
    assert!(canonicalize(&clique(4), Digest::Sha256).is_ok());
    for nodes in [7, 9, 12, 40] {
        assert_eq!(
            canonicalize(&clique(nodes), Digest::Sha256),
            Err(CanonicalizationError::TooComplex),
            "{nodes}"
        );
    }
}

/// What is said of a node beside its neighbours is looked through each time the node is come by.
#[test]
fn what_is_said_of_poisoned_nodes_counts() {
    let mut dataset = clique(5);
    assert!(canonicalize(&dataset, Digest::Sha256).is_ok());
    for node in 0..5 {
        dataset.quads.extend((0..5000).map(|_| Quad {
            object: Term::iri("urn:a"),
            ..link(node, node)
        }));
    }
    // Said once however often it is said.
    assert!(canonicalize(&dataset, Digest::Sha256).is_ok());
    let names: Vec<String> = (0..5000).map(|name| format!("urn:{name}")).collect();
    for node in 0..5 {
        dataset.quads.extend(names.iter().map(|name| Quad {
            object: Term::iri(name),
            ..link(node, node)
        }));
    }
    assert_eq!(
        canonicalize(&dataset, Digest::Sha256),
        Err(CanonicalizationError::TooComplex)
    );
}

#[test]
fn long_rings_and_wide_stars_are_refused_before_they_cost() {
    let ring = |nodes: Blank| Dataset {
        quads: (0..nodes).map(|node| link(node, (node + 1) % nodes)).collect(),
        blanks: nodes,
    };
    assert!(canonicalize(&ring(40), Digest::Sha256).is_ok());
    // Two of them: neither centre has a name before its leaves are looked at.
    let stars = Dataset {
        quads: (2..20_000).map(|leaf| link(leaf % 2, leaf)).collect(),
        blanks: 20_000,
    };
    for dataset in [ring(20_000), stars] {
        assert!(canonicalize(&dataset, Digest::Sha256).is_err());
    }
}

#[test]
fn every_order_comes_once() {
    let mut items = vec![1, 2, 2, 3];
    let mut seen = vec![items.clone()];
    while next_permutation(&mut items) {
        seen.push(items.clone());
    }
    assert_eq!(seen.len(), 12);
    assert!(seen.is_sorted());
}
