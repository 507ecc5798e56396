package main

import (
	_ "embed"
	"html/template"
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
