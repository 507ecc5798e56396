package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// accuracy is how true the offers of a load were, and what became of those that were chosen. Views of the warm-up are left
// out.
type accuracy struct {
	Views    int            `json:"views"` // answered
	HotViews int            `json:"hotViews"`
	All      truthfulness   `json:"all"`
	Hot      truthfulness   `json:"hot"`               // at the hot clinics
	Why      map[string]int `json:"untrueWhy"`         // offers shown, by the simulator's words: elsewhere, booked, past, never
	FormsWhy map[string]int `json:"formsWhy"`          // forms for nothing, alike
	Unknown  int            `json:"unknown,omitempty"` // times that the simulator could not say what is true

	Checked  bool           `json:"checked"` // people ask before the form
	Checks   map[string]int `json:"checks"`  // by status
	CheckP50 float64        `json:"checkP50"`
	CheckP99 float64        `json:"checkP99"` // seconds
	Spared   int            `json:"spared"`   // forms that were not filled in for nothing

	Bookings map[string]int `json:"bookings"` // by HTTP status
	Late     ratio          `json:"late"`     // bookings refused with 409, after the form

	Upstream    int64              `json:"upstreamCalls"` // after the warm-up
	PerThousand float64            `json:"perThousandViews"`
	Said        map[string]float64 `json:"offerAccuracyRatio,omitempty"` // the service's own, by product and source

	took window // of checks
}

// truthfulness is what was untrue among the first five offers shown, and of the choices.
type truthfulness struct {
	Shown   ratio `json:"shown"`
	Choices ratio `json:"choices"`
	Forms   ratio `json:"forms"` // at their end: a booking would be refused
}

// ratio is so many of so many.
type ratio struct {
	Count int     `json:"count"`
	Of    int     `json:"of"`
	Share float64 `json:"share"` // 0 of none
}

func (r *ratio) add(hit bool) {
	r.Of++
	if hit {
		r.Count++
	}
	r.Share = float64(r.Count) / float64(r.Of)
}

// String is a part of a line.
func (r ratio) String() string { return fmt.Sprintf("%d of %d (%s)", r.Count, r.Of, finePercent(r)) }

func finePercent(r ratio) string {
	if r.Of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f %%", 100*r.Share)
}

// view notes which offers of an answer were untrue, by why.
func (a *accuracy) view(hot bool, untrue []string) {
	a.Views++
	if hot {
		a.HotViews++
	}
	for _, why := range untrue {
		a.All.Shown.add(why != "")
		if hot {
			a.Hot.Shown.add(why != "")
		}
		if why != "" {
			a.Why[why]++
		}
	}
}

func (a *accuracy) choice(hot bool, untrue string) {
	a.All.Choices.add(untrue != "")
	if hot {
		a.Hot.Choices.add(untrue != "")
	}
}

// form notes whether a slot was gone when the form for it was filled in, and why.
func (a *accuracy) form(hot bool, untrue string) {
	a.All.Forms.add(untrue != "")
	if hot {
		a.Hot.Forms.add(untrue != "")
	}
	if untrue != "" {
		a.FormsWhy[untrue]++
	}
}

func (c *buyers) check(counts bool, status string, took time.Duration) {
	if !counts {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen.Checks[status]++
	c.seen.took.latencies = append(c.seen.took.latencies, took)
}

func (c *buyers) spared(counts bool) {
	if !counts {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen.Spared++
}

func (c *buyers) booked(counts bool, status string) {
	if !counts {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen.Bookings[status]++
	c.seen.Late.add(status == "409")
}

// figures are those of the load, once it is over.
func (c *buyers) figures() *accuracy {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.seen
	slices.Sort(a.took.latencies)
	a.CheckP50, a.CheckP99 = a.took.quantile(0.5).Seconds(), a.took.quantile(0.99).Seconds()
	a.PerThousand = 1000 * float64(a.Upstream) / float64(max(1, a.Views))
	return &a
}

func (a *accuracy) write(line func(label, format string, values ...any)) {
	line("accuracy", "%d views after the warm-up, %d of hot clinics; %.1f upstream calls for each thousand", a.Views, a.HotViews, a.PerThousand)
	line("untrue", "%s of the first five offers shown; at the hot clinics %s; why: %s", a.All.Shown, a.Hot.Shown, cmp.Or(counts(a.Why, a.All.Shown.Count), "-"))
	line("choices", "%s untrue; at the hot clinics %s", a.All.Choices, a.Hot.Choices)
	line("forms", "%s for nothing, %s; at the hot clinics %s; why: %s", a.All.Forms, a.beforehand(), a.Hot.Forms, cmp.Or(counts(a.FormsWhy, a.All.Forms.Count), "-"))
	line("late 409s", "%s of the bookings after the form, %s; bookings by status: %s", a.Late, a.beforehand(), cmp.Or(counts(a.Bookings, a.Late.Of), "-"))
	if a.Checked {
		n := sum(a.Checks)
		line("checked", "%d: %s; p50 %s, p99 %s; %d forms spared", n, cmp.Or(counts(a.Checks, n), "-"), round(duration(a.CheckP50)), round(duration(a.CheckP99)), a.Spared)
	}
	if a.Unknown > 0 {
		line("unknown", "%d times the simulator did not say what is true", a.Unknown)
	}
	for _, name := range slices.Sorted(maps.Keys(a.Said)) {
		line("it says", "%.2f %% true, for %s (offer_accuracy_ratio); of the first five %.2f %% were", 100*a.Said[name], name, 100*(1-a.All.Shown.Share))
	}
}

func (a *accuracy) beforehand() string {
	if a.Checked {
		return "with a check before it"
	}
	return "without a check before it"
}

func sum(table map[string]int) (n int) {
	for _, m := range table {
		n += m
	}
	return n
}

// compareAccuracy gives the rows of a comparison.
func compareAccuracy(row func(name, unit string, a, z, scale float64), a, z *accuracy) {
	row("untrue, first five", " %", a.All.Shown.Share, z.All.Shown.Share, 100)
	row("untrue, hot clinics", " %", a.Hot.Shown.Share, z.Hot.Shown.Share, 100)
	row("untrue choices", " %", a.All.Choices.Share, z.All.Choices.Share, 100)
	row("untrue choices, hot", " %", a.Hot.Choices.Share, z.Hot.Choices.Share, 100)
	row("forms for nothing", " %", a.All.Forms.Share, z.All.Forms.Share, 100)
	row("forms for nothing, hot", " %", a.Hot.Forms.Share, z.Hot.Forms.Share, 100)
	row("late 409s", " %", a.Late.Share, z.Late.Share, 100)
	row("check p50", " ms", a.CheckP50, z.CheckP50, 1000)
	row("check p99", " ms", a.CheckP99, z.CheckP99, 1000)
	row("calls / 1000, warm", "", a.PerThousand, z.PerThousand, 1)
}

// compareSaved sets two reports side by side that --json wrote.
func compareSaved(out io.Writer, files []string) error {
	if len(files) != 2 {
		return fmt.Errorf("--compare wants two reports that --json wrote, not %d", len(files))
	}
	reports := make([]*report, 2)
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		reports[i] = &report{}
		if err := json.Unmarshal(text, reports[i]); err != nil {
			return fmt.Errorf("%s: want one report that --json wrote: %w", file, err)
		}
		if reports[i].Accuracy == nil {
			return fmt.Errorf("%s: is no report of accuracy", file)
		}
		fmt.Fprintf(out, "%-12s %s: %s, %s\n", []string{"target", "other"}[i], file, reports[i].Target, reports[i].Began.Format(time.RFC3339))
	}
	return writeComparison(out, reports[0], reports[1])
}

var accuracySeries = regexp.MustCompile(`(?m)^aggregator_offer_accuracy_ratio\{(.*)\} (\S+)`)

var labelForm = regexp.MustCompile(`(product|source)="([^"]*)"`)

// parseAccuracy reads the service's own figure from its metrics, by "product source"; none where it has none yet.
func parseAccuracy(text string) map[string]float64 {
	said := map[string]float64{}
	for _, found := range accuracySeries.FindAllStringSubmatch(text, -1) {
		labels := map[string]string{}
		for _, l := range labelForm.FindAllStringSubmatch(found[1], -1) {
			labels[l[1]] = l[2]
		}
		if n, err := strconv.ParseFloat(found[2], 64); err == nil && n == n { // not NaN
			said[labels["product"]+" "+labels["source"]] = n
		}
	}
	return said
}
