package metrics

import "timeslots/internal/timeslot"

// words are the vocabularies of the labels. Those that docs/metrics.md lists are closed. The rest come from constants of
// other packages; they are learned as they appear, up to a limit that honest use never reaches.
type words struct {
	surfaces    *timeslot.Surfaces
	product     *vocabulary
	route       *vocabulary
	cache       *vocabulary
	shed        *vocabulary
	unknown     *vocabulary // kinds of what drop-in routes do not know
	source      *vocabulary
	operation   *vocabulary
	outcome     *vocabulary // of upstream calls
	reason      *vocabulary // why a source failed or refused
	dropped     *vocabulary // why decoding dropped something
	doubt       *vocabulary // what is odd about a zone
	tier        *vocabulary
	lookup      *vocabulary
	redis       *vocabulary // operations
	redisResult *vocabulary
	trouble     *vocabulary // of a Redis server
	refresh     *vocabulary // outcomes of refreshes
	reload      *vocabulary // outcomes of reloads
	flow        *vocabulary
	bookResult  *vocabulary
	scope       *vocabulary
}

// learned is the limit of a vocabulary that grows.
const learned = 96

func newWords(o *Options) words {
	return words{
		surfaces:    o.Surfaces,
		product:     newVocabulary(0, o.Products), // never learns; see SetProducts
		route:       open(),
		cache:       closed("hit", "stale", "miss", "bypass"),
		shed:        closed(o.ShedReasons...),
		unknown:     closed("parameter", "route"),
		source:      closed(texts(append(o.Surfaces.ReadFrom(), timeslot.Booking))...),
		operation:   open(texts(o.Surfaces.Operations())...), // and those of bookings
		outcome:     closed("ok", "not_found", "rejected", "error", "timeout", "malformed", "canceled"),
		reason:      closed(append(texts(failures()), string(timeslot.KindNotFound), string(timeslot.KindCanceled))...),
		dropped:     closed(dropped()...),
		doubt:       closed(doubts()...),
		tier:        closed(tiers()...),
		lookup:      closed(lookups()...),
		redis:       open(),
		redisResult: closed("ok", "error", "timeout", "bypassed"),
		trouble:     closed(troubles()...),
		refresh:     closed(refreshes()...),
		reload:      closed(reloads()...),
		flow:        closed(flows()...),
		bookResult:  closed(bookingOutcomes()...),
		scope:       closed(scopes()...),
	}
}

// failures are the kinds that make an answer partial.
func failures() []timeslot.Kind {
	return []timeslot.Kind{
		timeslot.KindTimeout, timeslot.KindBudget, timeslot.KindOpen,
		timeslot.KindLimited, timeslot.KindUpstream, timeslot.KindMalformed,
	}
}

// dropped are the reasons for which decoding leaves an entry out, or reads a value as unknown (fetch/decode).
func dropped() []string { return []string{"start", "zone", "identity", "shape", "duration", "flag"} }

// doubts are what may be odd about the zone of a clinic.
func doubts() []string { return []string{"missing", "unknown", "offset"} }

func tiers() []string { return []string{"response", "memory", "redis"} }

func lookups() []string { return []string{"hit", "stale", "miss", "negative", "error"} }

// lookupsOf are the results that a tier's look-ups can have: an encoded answer is neither "not found" nor unreadable, and
// memory always answers.
func lookupsOf(tier string) []string {
	switch tier {
	case "response":
		return lookups()[:3]
	case "memory":
		return lookups()[:4]
	default:
		return lookups()
	}
}

// redisOK is a server without trouble.
const redisOK = "ok"

func troubles() []string {
	return []string{
		redisOK, "refused", "unreachable", "closed", "timeout", "tls", "protocol", "auth", "permission", "loading", "clients",
		"master-down", "cluster-down", "read-only", "full",
	}
}

func scopes() []string { return []string{"process", "fleet"} }

func refreshes() []string { return []string{"ok", "error", "dropped"} }

func reloads() []string { return []string{"applied", "rejected"} }

func flows() []string { return []string{"retail", "provider", "virtual", "guest"} }

func bookingOutcomes() []string {
	return []string{"booked", "slot_unavailable", "double_booked", "conflict", "rejected", "unknown"}
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}
