// Package freshness works out how long a fragment is fresh from what its refreshes have shown. It is the pure model: it
// starts nothing, reads no clock and knows neither caches nor sources.
//
// A refresh compares the old copy with the new one ([Look]): which of the first slots are gone, how old the copy was, how
// often it was shown. [Policy.After] puts that into the fragment's [History], which travels with the fragment, so that
// replicas and restarts agree, and says for how long the new copy is fresh and why ([Reason]). What a fragment has not
// shown yet is taken from all fragments of its source and visit type ([Priors]). A [Budget] per source sets the [Price]
// of a call: so high that as many slots shown are untrue as the policy allows, and higher where upstream has no more calls
// to give.
//
// Fresh times follow a fragment within a few sales; hours of the day and days of the week are not modelled beyond that.
// How soon a slot begins matters only by its place: the first ones are counted apart from the rest.
//
// docs/freshness.md has the formulas, their sources, and what the simulation shows.
package freshness
