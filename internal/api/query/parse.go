package query

import (
	"math"
	"net/url"
	"regexp"
	"slices"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// Grammars of docs/interface.md §3.1; the exported ones are those of drop-in routes too.
var (
	NPI            = regexp.MustCompile(`^[0-9]{10}$`)
	URLName        = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
	productGrammar = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	PostalCode     = regexp.MustCompile(`^[0-9]{5}(-[0-9]{4})?$`)
	wordGrammar    = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} .,&/'()_+-]{0,127}$`)
	zoneGrammar    = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$`) // small letters begin what is no place: localtime, posix/, right/
	cursorGrammar  = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
)

// Limits of single requests.
const (
	maxQueryBytes = 8 << 10
	MaxListValues = 1000 // of one parameter
	maxLimit      = 500
	defaultLimit  = 100
	minCursor     = 15 // an empty one still has a version, a fingerprint and a checksum
	maxCursor     = 6000
)

// parser reads one query string and collects every violation.
type parser struct {
	known   []parameter
	values  url.Values
	query   *timeslot.Query
	product string
	bad     []timeslot.Violation

	profiles []merge.Profile // that may be asked for; nil: [merge.Profiles]
}

// parameter is one that a route takes.
type parameter struct {
	name string
	read func(*parser, string)
}

// parameters of GET /v1/timeslots, in the order in which they are read, and in which offenders are named.
var parameters = []parameter{
	{"npi", func(p *parser, name string) { p.query.NPIs = p.list(name, NPI, "ten digits") }},
	{"departmentUrlName", func(p *parser, name string) {
		p.query.Departments = p.list(name, URLName, "letters, digits, '.', '_' and '-', at most 128")
	}},
	{"latitude", func(p *parser, name string) { p.coordinate(name, "longitude", 90) }},
	{"longitude", func(p *parser, name string) { p.coordinate(name, "latitude", 180) }},
	{"postalCode", func(p *parser, name string) {
		p.query.PostalCode = p.text(name, PostalCode, "five digits, or five, a hyphen and four: 98101 or 98101-1234")
	}},
	{"radius", func(p *parser, name string) {
		p.query.Radius, p.query.RadiusExplicit = p.number(name, 1, timeslot.MaxRadius)
	}},
	{"visitTypeName", func(p *parser, name string) { p.query.VisitTypes = p.words(name) }},
	{"newOrEstablishedPatient", func(p *parser, name string) {
		p.query.Patient = timeslot.PatientKind(p.oneOf(name, string(timeslot.NewPatient), string(timeslot.EstablishedPatient), string(timeslot.BothPatients)))
	}},
	{"clinicType", func(p *parser, name string) { p.query.ClinicTypes = p.words(name) }},
	{"specialty", func(p *parser, name string) { p.query.Specialties = p.words(name) }},
	{"gender", func(p *parser, name string) { p.query.Genders = genders(p.words(name)) }},
	{"ehrInstance", func(p *parser, name string) { p.query.EHRInstances = p.words(name) }},
	{"modality", func(p *parser, name string) { p.query.Modalities = p.words(name) }},
	{"startDate", func(p *parser, name string) { p.query.StartDate = p.date(name) }},
	{"endDate", func(p *parser, name string) { p.query.EndDate = p.date(name) }},
	{"daysOfSlots", func(p *parser, name string) { p.query.DaysOfSlots, _ = p.number(name, 1, math.MaxInt32) }},
	{"userTimezone", func(p *parser, name string) { p.query.Zone = p.zone(name) }},
	{"sort", func(p *parser, name string) {
		p.query.Sort = timeslot.Ranking(p.oneOf(name, merge.Names(p.profiles)...))
	}},
	{"limit", func(p *parser, name string) {
		p.query.Limit = defaultLimit
		if n, ok := p.number(name, 1, maxLimit); ok {
			p.query.Limit = n
		}
	}},
	{"cursor", func(p *parser, name string) { p.cursor(name) }},
	{"explain", func(p *parser, name string) { p.query.Explain = p.oneOf(name, "true", "false") == "true" }},
	{"product", func(p *parser, _ string) {
		name, violation := Product(p.values)
		if p.product = name; violation != nil {
			p.bad = append(p.bad, *violation)
		}
	}},
}

// entryParameters of GET /v1/next-available: the same, with by and per in place of pages.
var entryParameters = slices.Concat(
	slices.DeleteFunc(slices.Clone(parameters), func(p parameter) bool { return p.name == "cursor" }),
	[]parameter{
		{"by", func(p *parser, name string) {
			p.query.By = timeslot.By(p.oneOf(name, string(timeslot.ByProvider), string(timeslot.ByDepartment)))
			switch {
			case p.query.By != "":
			case len(p.query.NPIs) > 0:
				p.query.By = timeslot.ByProvider
			default:
				p.query.By = timeslot.ByDepartment
			}
		}},
		{"per", func(p *parser, name string) {
			p.query.Per = timeslot.DefaultPer
			if n, ok := p.number(name, 1, timeslot.MaxPer); ok {
				p.query.Per = n
			}
		}},
	},
)

// List turns the raw query string of GET /v1/timeslots into a canonical query and the product's name, or names
// all that is wrong. It may ask for any of some ranking profiles; none: of [merge.Profiles].
func List(raw string, profiles ...merge.Profile) (q *timeslot.Query, product string, err error) {
	return parse(raw, parameters, profiles)
}

// Entries is List for GET /v1/next-available.
func Entries(raw string, profiles ...merge.Profile) (q *timeslot.Query, product string, err error) {
	return parse(raw, entryParameters, profiles)
}

// Followed is the one or the other, as a query says by or per or does not: a page follows what it shows.
func Followed(raw string, profiles ...merge.Profile) (q *timeslot.Query, product string, err error) {
	if values, _ := url.ParseQuery(raw); values.Has("by") || values.Has("per") {
		return Entries(raw, profiles...)
	}
	return List(raw, profiles...)
}

func parse(raw string, known []parameter, profiles []merge.Profile) (q *timeslot.Query, product string, err error) {
	p := &parser{query: &timeslot.Query{}, known: known, profiles: profiles}
	if len(raw) > maxQueryBytes {
		p.reject("query", "the query string is longer than 8 KiB", "ask for fewer clinicians or departments at a time")
		return nil, "", p.err()
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		p.reject("query", "the query string is not well-formed", "percent-encode values; separate parameters with '&'")
		return nil, "", p.err()
	}
	p.values = values
	p.refuseUnknown()
	for _, parameter := range p.known {
		parameter.read(p, parameter.name)
	}
	p.crossCheck()
	p.query.Normalize()
	return p.query, p.product, p.err()
}

func (p *parser) err() error {
	if len(p.bad) == 0 {
		return nil
	}
	return &timeslot.InvalidQueryError{Violations: p.bad}
}

func (p *parser) reject(parameter, detail, fix string) {
	p.bad = append(p.bad, timeslot.Violation{Parameter: parameter, Detail: detail, Fix: fix})
}

const maxNamed = 20 // unknown parameters that are named one by one

func (p *parser) refuseUnknown() {
	var unknown []string
	for name := range p.values {
		if !slices.ContainsFunc(p.known, func(k parameter) bool { return k.name == name }) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown[:min(len(unknown), maxNamed)] {
		fix := "leave it out; parameters are spelled as in DexCare, with their case"
		if name == "cursor" {
			fix = "leave it out; a list has no pages, raise limit instead"
		}
		p.reject(Shorten(name), "unknown parameter", fix)
	}
}

// crossCheck looks at parameters together, once each has been read.
func (p *parser) crossCheck() {
	q := p.query
	located := len(p.values["npi"]) + len(p.values["departmentUrlName"]) + len(p.values["latitude"]) + len(p.values["longitude"]) + len(p.values["postalCode"])
	if located == 0 {
		p.reject("npi", "nothing says whose or where", "give at least one of npi, departmentUrlName, latitude with longitude, or postalCode")
	}
	if q.PostalCode != "" && q.Point != nil {
		q.Point = nil // docs/dexcare.md §6.1: the postal code wins
	}
	if len(p.values["visitTypeName"]) == 0 && (len(p.values["departmentUrlName"]) > 0 || q.OnlyLocation()) {
		p.reject("visitTypeName", "missing", "name the visit type when a department or an area is searched, for example Illness")
	}
	if q.StartDate != 0 && q.EndDate != 0 && q.EndDate < q.StartDate {
		p.reject("endDate", quoted(q.EndDate.String())+" is before startDate", "give an end on or after "+q.StartDate.String())
	}
}
