package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// shown is what a template gets.
type shown struct {
	*view
	Offered  *offered
	Demo     *Demo
	Cards    []card
	Data     template.JS // for page.js
	Notice   string      // why there is no list, or only a part of one
	Problem  bool        // the notice is bad news
	Retry    bool
	Modules  []string // of this page, so that browsers load all at once
	Script   string
	FindPath string
	FluPath  string
}

// data is what page.js reads.
type data struct {
	Lang    string            `json:"lang"`
	Product string            `json:"product"`
	Query   string            `json:"query,omitempty"`  // what the answer answers
	Answer  json.RawMessage   `json:"answer,omitempty"` // of 200
	Wrong   []string          `json:"wrong,omitempty"`  // parameters that cannot be asked for
	Words   map[string]string `json:"words"`
	Demo    *Demo             `json:"demo,omitempty"`
}

// write makes the document.
func (p *Pages) write(v *view, reply Reply, offered *offered) (body []byte, tag string, err error) {
	s := &shown{view: v, Offered: offered, Demo: p.opt.Demo, FindPath: FindPath, FluPath: FluPath}
	s.Script = map[string]string{FindPath: "find.js", FluPath: "flushot.js"}[v.path]
	s.Modules = modulesOf(s.Script)
	d := data{Lang: v.lang, Product: v.product, Wrong: slices.Sorted(maps.Keys(v.wrong)), Words: catalogs[v.lang], Demo: p.opt.Demo}
	if v.Asks() || reply.Status != http.StatusOK {
		s.tell(reply)
		if reply.Status == http.StatusOK {
			d.Query, d.Answer = v.query, reply.Body
		}
	}
	text, _ := json.Marshal(d) // texts, and JSON that was read before
	s.Data = template.JS(text) //nolint:gosec // encoding/json writes no < nor >
	var out bytes.Buffer
	if err := p.templates.ExecuteTemplate(&out, "page.html", s); err != nil {
		return nil, "", fmt.Errorf("web: make %s: %w", v.path, err)
	}
	sum := sha256.Sum256(out.Bytes())
	return out.Bytes(), base64.RawURLEncoding.EncodeToString(sum[:15]), nil
}

// tell turns the service's answer into cards, or into words.
func (s *shown) tell(reply Reply) {
	var a answer
	if reply.Status == http.StatusOK && json.Unmarshal(reply.Body, &a) == nil {
		s.Cards = s.cardsOf(&a)
		switch {
		case !a.Complete:
			s.Notice, s.Problem, s.Retry = s.Say("partial"), true, true
		case len(s.Cards) == 0:
			s.Notice = s.Say("none")
		case len(a.Entries) == s.limit():
			s.Notice = s.Say("cut", "n", strconv.Itoa(len(a.Entries)))
		}
		return
	}
	s.Problem, s.Retry = true, true
	switch reply.Status {
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		s.Notice = s.Say("busy")
	case http.StatusBadRequest:
		s.Notice, s.Retry = s.refusal(reply.Body), false
	case http.StatusNotFound:
		s.Notice, s.Retry, s.Problem = s.Say("none"), false, false
	default:
		s.Notice = s.Say("failed")
	}
}

// refusal says which fields to mend: those that the page does not take, else those that the service's problem document
// names. api.js has the same.
func (v *view) refusal(body []byte) string {
	parameters := slices.Sorted(maps.Keys(v.wrong))
	var problem struct{ Errors []struct{ Parameter string } }
	if len(parameters) == 0 && json.Unmarshal(body, &problem) == nil {
		for _, e := range problem.Errors {
			parameters = append(parameters, e.Parameter)
		}
	}
	var fields []string
	for _, name := range parameters {
		if name == "latitude" || name == "longitude" {
			name = "place"
		}
		if field, ok := catalogs[v.lang]["field."+name]; ok && !slices.Contains(fields, field) {
			fields = append(fields, field)
		}
	}
	if len(fields) == 0 {
		return v.Say("refused")
	}
	return v.Say("check", "fields", strings.Join(fields, ", "))
}

// limit is how many entries an answer has at most; one that has so many may lack others.
func (v *view) limit() int {
	if v.values.Has("name") {
		return limitNamed
	}
	return limitList
}

// absent are the modules that a page does not use.
var absent = map[string][]string{"find.js": {"flushot.js"}, "flushot.js": {"find.js", "names.js", "calendar.js"}}

// modulesOf are the hashed names of a page's modules.
func modulesOf(script string) (all []string) {
	for _, name := range modules {
		if !slices.Contains(absent[script], name) {
			path, _ := hashed(name)
			all = append(all, path)
		}
	}
	return all
}

// Found says how many clinicians or clinics the list shows.
func (s *shown) Found() string {
	n := 0
	for i := range s.Cards {
		if s.Cards[i].Broken == "" {
			n++
		}
	}
	switch {
	case n == 0:
		return ""
	case s.path == FluPath:
		return s.count("clinics", n)
	default:
		return s.count("clinicians", n)
	}
}

// Narrowed reports whether one of the filters behind "more" is in use.
func (s *shown) Narrowed() bool {
	for _, name := range []string{"specialty", "name", "newOrEstablishedPatient", "startDate", "endDate"} {
		if s.values.Has(name) {
			return true
		}
	}
	return s.Radius() != defaultRadius
}

// Radius is the one in force, Radii those to choose from.
func (s *shown) Radius() string {
	if s.values.Has("radius") {
		return s.values.Get("radius")
	}
	return defaultRadius
}

func (s *shown) Radii() []string {
	all := []string{"5", "10", "25", "50", "100"}
	if slices.Contains(all, s.Radius()) {
		return all
	}
	return append(all, s.Radius())
}
