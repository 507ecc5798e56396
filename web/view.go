package web

import (
	"cmp"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// nextAvailable is the route that lists are asked of (docs/interface.md §3.2).
const nextAvailable = "/v1/next-available"

// departments is the route that says which kinds of visit there are (docs/interface.md §3.3).
const departments = "/dexcare/v4/departments"

// view is what an address asks a page for. Parameters have the service's own names, so that addresses can be read.
type view struct {
	path    string
	lang    string
	product string
	values  url.Values // of the address: only what the page knows, in a form that can be asked for
	wrong   url.Values // what it knows in another form: nothing is asked, and people may mend it
	query   string     // for the service; empty: there is nothing to ask yet
	now     time.Time
	zones   zones
}

// Forms of what an address may say. Parameters that no page knows are left out, as if they were not there: addresses come
// with all sorts of additions.
var (
	postalCode = regexp.MustCompile(`^[0-9]{5}(-[0-9]{4})?$`)
	word       = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}\p{M} .,&/()_+'’‘ʼ` + "`" + `‐‑–-]{0,127}$`)
	date       = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
	npi        = regexp.MustCompile(`^[0-9]{10}$`)
	patient    = regexp.MustCompile(`^(newPatient|establishedPatient)$`)
	miles      = regexp.MustCompile(`^(100|[1-9][0-9]?)$`)
)

// known is what a page takes from its address, and the form that each has.
var known = map[string]map[string]func(string) bool{
	FindPath: {
		"postalCode": postalCode.MatchString, "radius": miles.MatchString, "visitTypeName": word.MatchString,
		"specialty": word.MatchString, "name": isName, "newOrEstablishedPatient": patient.MatchString,
		"startDate": date.MatchString, "endDate": date.MatchString, "clinician": npi.MatchString, "week": date.MatchString,
	},
	FluPath: {"postalCode": postalCode.MatchString, "radius": miles.MatchString, "visitTypeName": word.MatchString},
}

// own is what the page keeps to itself: the service filters by none of it.
var own = []string{"name", "clinician", "week"}

func newView(path, rawQuery string, now time.Time) *view {
	given, _ := url.ParseQuery(rawQuery) // what can be read of it
	v := &view{path: path, lang: "en", product: "findadoctor", values: url.Values{}, wrong: url.Values{}, now: now, zones: zones{}}
	if path == FluPath {
		v.product = "flushot"
	}
	if _, spoken := catalogs[given.Get("lang")]; spoken {
		v.lang = given.Get("lang")
	}
	for name, form := range known[path] {
		switch text := strings.TrimSpace(given.Get(name)); {
		case form(text):
			v.values.Set(name, text)
		case text != "":
			v.wrong.Set(name, text)
		}
	}
	v.place(given)
	v.ask()
	return v
}

// place reads a point, and rounds it: a finer one would say where somebody lives, and would be everybody's own.
func (v *view) place(given url.Values) {
	if v.values.Has("postalCode") || given.Get("latitude") == "" && given.Get("longitude") == "" {
		return
	}
	latitude, errLatitude := strconv.ParseFloat(given.Get("latitude"), 64)
	longitude, errLongitude := strconv.ParseFloat(given.Get("longitude"), 64)
	if errLatitude != nil || errLongitude != nil || !(math.Abs(latitude) <= 90 && math.Abs(longitude) <= 180) {
		v.wrong.Set("latitude", given.Get("latitude"))
		return
	}
	v.values.Set("latitude", rounded(latitude))
	v.values.Set("longitude", rounded(longitude))
}

// rounded is degrees with two decimals, by the arithmetic of round in api.js.
func rounded(degrees float64) string {
	return strconv.FormatFloat(math.Floor(degrees*100+0.5)/100, 'f', 2, 64)
}

// ask turns the address into the question for the service. The modules find.js and flushot.js spell it in the same way,
// so that a page and its script share the answer.
func (v *view) ask() {
	if len(v.wrong) > 0 || !v.values.Has("postalCode") && !v.values.Has("latitude") {
		return
	}
	q := url.Values{}
	for name, values := range v.values {
		q[name] = values
	}
	for _, name := range own {
		q.Del(name)
	}
	q.Set("product", v.product)
	if !q.Has("radius") {
		q.Set("radius", defaultRadius)
	}
	if v.path == FluPath {
		v.askForFluShots(q)
	} else {
		q.Set("by", "provider")
		q.Set("per", "3")
		if v.values.Has("name") { // which the service does not look for
			q.Set("limit", strconv.Itoa(limitNamed))
		}
	}
	if q.Has("visitTypeName") { // an area is searched for a kind of visit
		v.query = q.Encode()
	}
}

const defaultRadius = "25" // miles

// Entries that the service gives at most (docs/interface.md §3.1, limit).
const (
	limitList  = 100
	limitNamed = 500
)

// askForFluShots asks for today and tomorrow, wherever the clinics are; what is too much is not shown.
func (v *view) askForFluShots(q url.Values) {
	if !q.Has("visitTypeName") {
		q.Set("visitTypeName", "FluShot")
	}
	q.Set("by", "department")
	q.Set("per", "6")
	q.Set("sort", "nearest")
	q.Set("endDate", nextDay(v.lastToday()))
}

// address is the query of the page's address in one spelling.
func (v *view) address() string {
	if v.lang == "en" {
		return v.values.Encode()
	}
	q := url.Values{"lang": {v.lang}}
	for name, values := range v.values {
		q[name] = values
	}
	return q.Encode()
}

// In is the same page in another language.
func (v *view) In(lang string) string {
	other := *v
	other.lang = lang
	if q := other.address(); q != "" {
		return v.path + "?" + q
	}
	return v.path
}

// Lang, Value and Is are for templates.
func (v *view) Lang() string             { return v.lang }
func (v *view) Value(name string) string { return cmp.Or(v.values.Get(name), v.wrong.Get(name)) }
func (v *view) Is(path string) bool      { return v.path == path }

// Asks reports whether there is something to ask the service.
func (v *view) Asks() bool { return v.query != "" }

// To is another page in the same language.
func (v *view) To(path string) string {
	if v.lang == "en" {
		return path
	}
	return path + "?lang=" + v.lang
}
