package api

import (
	"context"
	"time"

	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// Explanation is the document of GET /ops/explain: how a query would be answered from what is known now. Nothing is
// fetched for it. Durations are in seconds.
type Explanation struct {
	Product   string              `json:"product"`
	Query     string              `json:"canonicalQuery"`
	Cached    bool                `json:"answerInMemory"` // an encoded answer is ready
	Strict    bool                `json:"strict"`
	Budget    float64             `json:"budget"`
	Fragments []ExplainedFragment `json:"fragments"`
	Merge     ExplainedMerge      `json:"merge"`
	Ranking   ExplainedRanking    `json:"ranking"`
}

// ExplainedFragment is one upstream read of the plan.
type ExplainedFragment struct {
	Key        string    `json:"key"`
	Source     string    `json:"source"`
	Operation  string    `json:"operation"`
	Found      string    `json:"found"` // memory, redis, none
	Freshness  string    `json:"freshness,omitempty"`
	Outdated   bool      `json:"outdated,omitempty"` // an event overtook it
	NotFound   bool      `json:"notFound,omitempty"`
	FetchedAt  time.Time `json:"fetchedAt,omitzero"`
	Age        float64   `json:"age,omitempty"`
	FreshFor   float64   `json:"freshFor,omitempty"` // below 0: no longer
	UsableFor  float64   `json:"usableFor,omitempty"`
	Epoch      uint64    `json:"epoch"`
	Underway   bool      `json:"underway"`            // this replica is fetching it
	LeasedFor  float64   `json:"leasedFor,omitempty"` // the fleet leaves it to one replica for so long
	LastFailed string    `json:"lastFailure,omitempty"`
	Slots      int       `json:"slots"`

	Circle *ExplainedCircle `json:"circle,omitempty"` // of a read of an area around a point
}

// ExplainedCircle is the circle that upstream is asked for on behalf of everybody near a point.
type ExplainedCircle struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Radius    int     `json:"radius"` // miles
	Why       string  `json:"why"`
}

// ExplainedMerge is what uniting the fragments makes.
type ExplainedMerge struct {
	Listed      int `json:"listed"`  // slots of all fragments, inside the window
	Offered     int `json:"offered"` // after uniting, filters, taken and past ones
	Providers   int `json:"providers"`
	Departments int `json:"departments"`
}

// ExplainedRanking is the first slots with what put them there.
type ExplainedRanking struct {
	Sort  timeslot.Ranking `json:"sort"`
	First []ExplainedOffer `json:"first"`
}

// ExplainedOffer is one slot.
type ExplainedOffer struct {
	Start      time.Time       `json:"start"`
	NPI        string          `json:"npi"`
	Department string          `json:"departmentIdentifier"`
	VisitType  string          `json:"visitTypeName"`
	Distance   float64         `json:"distance"` // miles; below 0: unknown
	Sources    []string        `json:"sources"`
	Score      *ExplainedScore `json:"score,omitempty"`
}

// ExplainedScore is the parts of a ranking score, each between 0 and 1.
type ExplainedScore struct {
	Total    float64 `json:"total"`
	Wait     float64 `json:"wait"`
	Distance float64 `json:"distance"`
	Bookable float64 `json:"bookable"`
	Spread   float64 `json:"spread"`
}

// explainedOffers is how many slots are shown.
const explainedOffers = 20

// Explain says how a query of GET /v1/timeslots, as it is written after the "?", would be answered now. Its error is
// [timeslot.InvalidQueryError].
func (s *Server) Explain(ctx context.Context, raw string) (*Explanation, error) {
	q, use, err := s.understand(raw, s.list())
	if err != nil {
		return nil, err
	}
	view, _ := s.opt.Engine.Taken(ctx)
	ready := s.responses.Get(q.Canonical(), view) != nil
	x := s.opt.Engine.Explain(ctx, q)
	doc := &Explanation{
		Product: use.label, Query: x.Query, Cached: ready, Strict: x.Strict, Budget: use.Budget.Seconds(),
		Merge:   ExplainedMerge{Offered: x.Result.Total, Providers: len(x.Result.Providers), Departments: len(x.Result.Departments)},
		Ranking: ExplainedRanking{Sort: q.Sort, First: []ExplainedOffer{}},
	}
	for i := range x.Fragments {
		f := explainFragment(&x.Fragments[i], s.opt.Now())
		doc.Merge.Listed += f.Slots
		doc.Fragments = append(doc.Fragments, f)
	}
	for i := range min(len(x.Result.Slots), explainedOffers) {
		doc.Ranking.First = append(doc.Ranking.First, explainOffer(&x.Result.Slots[i], s.opt.Surfaces))
	}
	return doc, nil
}

func explainFragment(f *search.ExplainedFragment, now time.Time) ExplainedFragment {
	x := ExplainedFragment{
		Key: f.Key.String(), Source: string(f.Source), Operation: string(f.Key.Operation), Found: f.Found, Outdated: f.Outdated, NotFound: f.NotFound,
		Epoch: f.Epoch, Underway: f.Underway, LeasedFor: f.Leased.Seconds(), LastFailed: f.Failed, Slots: f.Listed,
	}
	if f.Found != "none" {
		x.Freshness = freshnessWords[min(int(f.Freshness), len(freshnessWords)-1)]
		x.FetchedAt, x.Age = f.FetchedAt.UTC(), f.Age.Seconds()
		x.FreshFor, x.UsableFor = f.Bounds.Fresh.Sub(now).Seconds(), f.Bounds.StaleOnError.Sub(now).Seconds()
	}
	if a := f.Key.Area; f.Why != "" {
		x.Circle = &ExplainedCircle{Latitude: a.Point().Latitude, Longitude: a.Point().Longitude, Radius: int(a.Radius), Why: f.Why}
	}
	return x
}

var freshnessWords = [...]string{"fresh", "stale", "on error only", "expired"}

func explainOffer(o *timeslot.Offer, surfaces *timeslot.Surfaces) ExplainedOffer {
	x := ExplainedOffer{
		Start: time.Unix(o.Start, 0).UTC(), NPI: o.Schedule.NPI, Department: o.Schedule.EHRInstance + "|" + o.Schedule.DepartmentID,
		VisitType: o.Schedule.VisitTypeName, Distance: o.Distance,
	}
	for _, source := range surfaces.Named(o.Sources) {
		x.Sources = append(x.Sources, string(source))
	}
	if o.Score != nil {
		score := ExplainedScore(*o.Score)
		x.Score = &score
	}
	return x
}
