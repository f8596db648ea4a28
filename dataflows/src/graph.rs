//! The graph: rows of records in, changes of the rows of all views out.

use crate::chunk::Chunk;
use crate::combine::Combined;
use crate::groups::GroupChange;
use crate::join_years::YearChange;
use crate::latest::Latest;
use crate::people::PersonChange;
use crate::posters::PosterChange;
use crate::row::{Diff, Settings, Tick};
use crate::stash::Stash;
use crate::state::State;
use crate::view::ViewRow;
use differential_dataflow::{AsCollection, VecCollection};
use std::rc::Rc;
use timely::ExchangeData;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::StreamVec;
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::generic::OutputBuilder;
use timely::dataflow::operators::generic::builder_rc::OperatorBuilder;
use timely::dataflow::operators::generic::operator::Operator;

/// Chunks of rows become changes of view rows. A tick's changes come out when no more rows of it can come.
///
/// Rows of a tick may come in any order from any worker, as long as each tick takes a contiguous stretch of every
/// partition. Every worker must build the graph with the same settings.
pub fn build<'s>(rows: StreamVec<'s, Tick, Chunk>, settings: &Settings) -> Graph<'s> {
    let state = Rc::new(State::new(settings));

    let changes = latest_posts(rows, &state);
    let grouped = categories_and_medians(changes.groups, &state);
    let posters = ranked_posters(changes.posters, &state);
    let users = users_joined(first_years(changes.people, &state), &state);

    Graph { views: grouped.concatenate([posters, users]), state }
}

/// A built graph.
pub struct Graph<'s> {
    /// The changes of the rows of all views.
    pub views: VecCollection<'s, Tick, ViewRow, Diff>,
    /// What this worker's operators hold.
    pub state: Rc<State>,
}

/// What changes in a tick, combined.
struct Changes<'s> {
    groups: StreamVec<'s, Tick, GroupChange>,
    people: StreamVec<'s, Tick, PersonChange>,
    posters: StreamVec<'s, Tick, PosterChange>,
}

/// Rows of some of the views.
type Views<'s> = VecCollection<'s, Tick, ViewRow, Diff>;

/// Keeps the latest record of every `ind` and kind, joined by `ind`, and combines what changes in a tick.
///
/// Rows of the oldest open tick are applied as they come; those of later ticks wait.
fn latest_posts<'s>(rows: StreamVec<'s, Tick, Chunk>, state: &Rc<State>) -> Changes<'s> {
    let mut operator = OperatorBuilder::new("Latest posts".to_owned(), rows.scope());
    let mut input = operator.new_input(rows, Exchange::new(|chunk: &Chunk| u64::from(chunk.worker)));
    let (groups, group_changes) = operator.new_output();
    let (people, people_changes) = operator.new_output();
    let (posters, poster_changes) = operator.new_output();
    let mut groups = OutputBuilder::<_, CapacityContainerBuilder<Vec<GroupChange>>>::from(groups);
    let mut people = OutputBuilder::<_, CapacityContainerBuilder<Vec<PersonChange>>>::from(people);
    let mut posters = OutputBuilder::<_, CapacityContainerBuilder<Vec<PosterChange>>>::from(posters);

    let state = state.clone();
    operator.build(move |_| {
        let mut stash = Stash::new();
        move |frontiers| {
            let frontier = frontiers[0].frontier();
            let mut latest = state.latest.borrow_mut();
            let mut combined = state.combined.borrow_mut();
            input.for_each(|capability, chunks| {
                let tick = *capability.time();
                let is_oldest = !frontier.less_than(&tick) && stash.is_oldest(tick);
                let waiting = stash.entry(tick, || [0, 1, 2].map(|output| capability.retain(output)));
                if is_oldest {
                    chunks.drain(..).for_each(|chunk| latest.apply(&chunk));
                } else {
                    waiting.append(chunks);
                }
            });
            let (mut groups, mut people, mut posters) =
                (groups.activate(), people.activate(), posters.activate());
            while let Some((tick, capabilities, waiting)) = stash.next_complete(&frontier) {
                waiting.iter().for_each(|chunk| latest.apply(chunk));
                close_tick(&mut latest, &mut combined);
                state.closed.set(tick);
                let mut session = groups.session_with_builder(&capabilities[0]);
                combined.group_changes(latest.counts(), |change| session.give(change));
                let mut session = people.session_with_builder(&capabilities[1]);
                combined.people_changes(|change| session.give(change));
                let mut session = posters.session_with_builder(&capabilities[2]);
                combined.posters.changes(latest.counts(), |change| session.give(change));
            }
        }
    });
    Changes { groups: group_changes, people: people_changes, posters: poster_changes }
}

fn close_tick(latest: &mut Latest, combined: &mut Combined) {
    latest.close(|before, after, counts| combined.change(before, after, counts));
}

/// The rows of the category and median views.
fn categories_and_medians<'s>(changes: StreamVec<'s, Tick, GroupChange>, state: &Rc<State>) -> Views<'s> {
    let state = state.clone();
    shown_tick_by_tick(changes, "Categories and medians", GroupChange::hash, move |changes, emit| {
        let mut groups = state.groups.borrow_mut();
        changes.iter().for_each(|changes| groups.apply(changes));
        groups.changes(emit);
    })
}

/// The rows of the poster views: the best of each country, and so those of all, are few enough for one worker.
fn ranked_posters<'s>(changes: StreamVec<'s, Tick, PosterChange>, state: &Rc<State>) -> Views<'s> {
    let state = state.clone();
    let owner = |_: &PosterChange| 0;
    shown_tick_by_tick(changes, "Ranks of posters", owner, move |changes, emit| {
        let mut ranking = state.ranking.borrow_mut();
        changes.iter().flatten().for_each(|change| ranking.apply(change));
        ranking.changes(emit);
    })
}

/// Every person's earliest join year.
fn first_years<'s>(
    changes: StreamVec<'s, Tick, PersonChange>,
    state: &Rc<State>,
) -> StreamVec<'s, Tick, YearChange> {
    let state = state.clone();
    let owner = |change: &PersonChange| change.membership.bucket() as u64;
    tick_by_tick(changes, "First years of people", owner, move |_, changes| {
        let mut people = state.people.borrow_mut();
        people.apply_all(&changes);
        people.changes().collect()
    })
}

/// The rows of `users_joined_by_year`.
fn users_joined<'s>(changes: StreamVec<'s, Tick, YearChange>, state: &Rc<State>) -> Views<'s> {
    let state = state.clone();
    let owner = |change: &YearChange| u64::from(change.year.get());
    shown_tick_by_tick(changes, "Users joined by year", owner, move |changes, emit| {
        let mut years = state.join_years.borrow_mut();
        changes.iter().flatten().for_each(|change| years.apply(change));
        years.changes(emit);
    })
}

/// An operator as [`tick_by_tick`] makes it, which emits the changes of rows of views.
fn shown_tick_by_tick<'s, C: ExchangeData>(
    changes: StreamVec<'s, Tick, C>,
    name: &str,
    owner: impl Fn(&C) -> u64 + 'static,
    mut complete: impl FnMut(Vec<Vec<C>>, &mut dyn FnMut(ViewRow, Diff)) + 'static,
) -> Views<'s> {
    let rows = tick_by_tick(changes, name, owner, move |tick, changes| {
        let mut rows = Vec::new();
        complete(changes, &mut |row, diff| rows.push((row, tick, diff)));
        rows
    });
    rows.as_collection()
}

/// An operator that gathers what comes of a tick, each change at the worker that `owner` chooses, and gives `complete`
/// all of it at once. What that makes of it goes on.
fn tick_by_tick<'s, C: ExchangeData, R: Clone + 'static>(
    changes: StreamVec<'s, Tick, C>,
    name: &str,
    owner: impl Fn(&C) -> u64 + 'static,
    mut complete: impl FnMut(Tick, Vec<Vec<C>>) -> Vec<R> + 'static,
) -> StreamVec<'s, Tick, R> {
    changes.unary_frontier::<CapacityContainerBuilder<Vec<R>>, _, _, _>(
        Exchange::new(owner),
        name,
        move |_, _| {
            let mut stash = Stash::new();
            move |(input, frontier), output| {
                input.for_each(|capability, changes| {
                    stash.entry(*capability.time(), || [capability.retain(0)]).push(std::mem::take(changes));
                });
                while let Some((tick, [capability], changes)) = stash.next_complete(&frontier.frontier()) {
                    let mut results = complete(tick, changes);
                    output.session_with_builder(&capability).give_container(&mut results);
                }
            }
        },
    )
}
