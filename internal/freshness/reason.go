package freshness

import (
	"fmt"
	"strconv"
	"time"
)

// Why is what decided a fresh time.
type Why uint8

// What may decide.
const (
	Started  Why = iota // nothing is known yet
	Fixed               // the configuration
	Learned             // the rate, views and price
	Growing             // more would be right; it is reached step by step
	Shortest            // least
	Longest             // most
)

func (w Why) String() string {
	return [...]string{"no history", "fixed", "learned", "growing", "least", "most"}[min(w, Longest)]
}

// Reason is a fresh time with its grounds, for operators.
type Reason struct {
	Look
	Rate   float64       // share of the near slots that go a second
	Views  float64       // a second
	Fresh  time.Duration // what came of it
	Untrue float64       // which share of near slots is untrue on average while the copy is fresh
	Scarce float64       // see [Price]
	Why    Why
}

// String is like "13 of 400 slots gone in 9m0s, 2 of the first 5: 0.4 % a minute; 30s keeps 0.1 % untrue (learned)".
func (r Reason) String() string {
	if r.Why == Started {
		return r.Fresh.String() + " (no history)"
	}
	text := fmt.Sprintf("%d of %d slots gone in %v, %d of the first %d: %s a minute; %v keeps %s untrue (%v",
		r.Gone, r.Shown, r.Age.Round(time.Second), r.NearGone, r.Near, percent(r.Rate*60),
		r.Fresh.Round(100*time.Millisecond), percent(r.Untrue), r.Why)
	if r.Scarce > 1.005 {
		text += ", calls are scarce: " + strconv.FormatFloat(r.Scarce, 'f', 2, 64)
	}
	return text + ")"
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'g', 2, 64) + " %" }
