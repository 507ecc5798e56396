package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"os"
	"strings"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"ms":      func(seconds float64) string { return round(duration(seconds)).String() },
	"percent": func(share float64) string { return percent(int(1e6*share), 1e6) },
}).Parse(pageText))

type row struct {
	part
	Label, Statuses, Caches string
}

// writePage writes one page that needs nothing else: tables, and plots over time.
func writePage(file string, reports []*report) error {
	document := struct {
		Reports []*report
		Rows    []row
		Plots   []plot
	}{Reports: reports}
	for i, r := range reports {
		whose := ""
		if len(reports) > 1 {
			whose = []string{"target: ", "other: "}[i]
		}
		add := func(label string, p part) {
			document.Rows = append(document.Rows, row{p, whose + label, counts(p.Status, int(p.Requests)), counts(p.Cache, p.Requests)})
		}
		add("all", r.All)
		for _, p := range r.Parts {
			add(p.Name, p)
		}
	}
	document.Plots = plotsOf(reports)
	var b strings.Builder
	if err := pageTemplate.Execute(&b, document); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(b.String()), 0o644)
}

type plot struct {
	Title, Said   string
	Width, Height float64
	Marks         []mark
	Series        []series
}

type mark struct {
	X1, Y1, X2, Y2, TextX, TextY float64
	Anchor, Text                 string
}

// series is a line. Style: 0 and 1 of the target, 2 and 3 of the other; odd ones are dashed.
type series struct {
	Name   string
	Style  int
	Points string
	values []float64
	times  []float64
}

// The drawing's size, and the room around it for labels.
const (
	plotWidth, plotHeight = 900, 260
	plotLeft, plotRight   = 70, 10
	plotTop, plotBottom   = 10, 30
	plotInnerX            = plotWidth - plotLeft - plotRight
	plotInnerY            = plotHeight - plotTop - plotBottom
)

// plotsOf are answers a second, latency, and the share of hits.
func plotsOf(reports []*report) []plot {
	return []plot{
		draw("Answers a second", reports, linear,
			line{"answered well", func(s second) float64 { return float64(s.OK) }}, line{"all", func(s second) float64 { return float64(s.Answers) }}),
		draw("Latency, ms, on a logarithmic scale", reports, logarithmic,
			line{"p50", func(s second) float64 { return 1000 * s.P50 }}, line{"p99", func(s second) float64 { return 1000 * s.P99 }}),
		draw("Answered from a cache, % of all", reports, linear,
			line{"hits", func(s second) float64 { return 100 * float64(s.Hits) / max(1, float64(s.Answers)) }}),
	}
}

type line struct {
	name  string
	value func(second) float64
}

func draw(title string, reports []*report, scale func(highest float64) axis, lines ...line) plot {
	p := plot{Title: title, Width: plotWidth, Height: plotHeight}
	end, highest := 1.0, 0.0
	for i, r := range reports {
		for j, l := range lines {
			s := series{Name: l.name, Style: 2*i + j}
			if len(reports) > 1 {
				s.Name = []string{"target, ", "other, "}[i] + l.name
			}
			for _, at := range r.Line {
				s.times, s.values = append(s.times, at.At), append(s.values, l.value(at))
				end, highest = max(end, at.At), max(highest, l.value(at))
			}
			p.Series = append(p.Series, s)
		}
	}
	y := scale(highest)
	p.Marks = marks(y, end)
	p.Said = fmt.Sprintf("highest %.4g, over %.0f seconds", highest, end)
	for i := range p.Series {
		p.Series[i].draw(y, end)
	}
	return p
}

func (s *series) draw(y axis, end float64) {
	var b strings.Builder
	for i, at := range s.times {
		fmt.Fprintf(&b, "%.1f,%.1f ", plotLeft+at/end*plotInnerX, plotTop+(1-y.place(s.values[i]))*plotInnerY)
	}
	s.Points = strings.TrimSpace(b.String())
}

// axis puts values between 0 and 1, and names some of them.
type axis struct {
	place func(float64) float64
	steps []float64
}

// linear begins with nothing and ends with a round number.
func linear(highest float64) axis {
	top := nice(highest)
	return axis{func(v float64) float64 { return v / top }, []float64{0, top / 4, top / 2, top * 3 / 4, top}}
}

// nice is the next of 1, 2, 4, 10, … that is not less.
func nice(v float64) float64 {
	if v <= 0 {
		return 1
	}
	size := math.Pow(10, math.Floor(math.Log10(v)))
	for _, n := range []float64{1, 2, 4} {
		if n*size >= v {
			return n * size
		}
	}
	return 10 * size
}

// logarithmic goes by powers of ten from a tenth of a millisecond.
func logarithmic(highest float64) axis {
	const lowest = 0.1
	decades := max(1, math.Ceil(math.Log10(max(highest, 1)/lowest)))
	a := axis{place: func(v float64) float64 { return max(0, math.Log10(max(v, lowest)/lowest)/decades) }}
	for i := range int(decades) + 1 {
		a.steps = append(a.steps, lowest*math.Pow(10, float64(i)))
	}
	return a
}

func marks(y axis, end float64) []mark {
	var list []mark
	for _, v := range y.steps {
		at := plotTop + (1-y.place(v))*plotInnerY
		list = append(list, mark{plotLeft, at, plotWidth - plotRight, at, plotLeft - 8, at + 4, "end", fmt.Sprintf("%.4g", v)})
	}
	for i := range 5 {
		at := plotLeft + float64(i)/4*plotInnerX
		list = append(list, mark{at, plotTop, at, plotHeight - plotBottom, at, plotHeight - 8, []string{"start", "middle", "middle", "middle", "end"}[i], fmt.Sprintf("%.3g s", float64(i)/4*end)})
	}
	return list
}
