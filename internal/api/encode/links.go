package encode

import (
	"fmt"
	"net/url"
	"strings"

	"timeslots/internal/timeslot"
)

// LinkOptions locate the scheduling web app that patients can be handed to (docs/dexcare.md §9). A template is a path with its
// query, below Base; see [timeslot.LinkTemplate]. A link is built when all that its template names is known. Without Base
// there are no links.
type LinkOptions struct {
	Base  *url.URL
	Brand string

	Retail   string // such as [timeslot.DefaultRetailLink]; empty: no such links
	Provider string // for slots that only surfaces with a link of their own list; empty: the retail form serves them too
}

// links are the templates, taken apart.
type links struct {
	retail, provider *timeslot.LinkTemplate // nil: no such link
	brand            string
	own              timeslot.SourceSet // surfaces whose slots are handed off by provider
}

func newLinks(opt LinkOptions) (links, error) {
	if opt.Base == nil {
		return links{}, nil
	}
	l := links{brand: opt.Brand}
	for _, form := range [...]struct {
		name, template string
		to             **timeslot.LinkTemplate
	}{{"retail", opt.Retail, &l.retail}, {"provider", opt.Provider, &l.provider}} {
		if form.template == "" {
			continue
		}
		t, err := timeslot.ParseLinkTemplate(opt.Base, form.template)
		if err != nil {
			return links{}, fmt.Errorf("%s link: %w", form.name, err)
		}
		*form.to = t
	}
	return l, nil
}

// ownLinks are the surfaces that have a link of their own.
func ownLinks(surfaces *timeslot.Surfaces) (set timeslot.SourceSet) {
	for _, f := range surfaces.List() {
		if f.OwnLink {
			set |= f.Set()
		}
	}
	return set
}

// templateFor is the template for a slot; nil for none. It does not depend on the slot's start.
func (l *links) templateFor(o *timeslot.Offer) *timeslot.LinkTemplate {
	if l.provider != nil && o.Sources != 0 && o.Sources&^l.own == 0 {
		return l.provider
	}
	return l.retail
}

// fixedLink is a template with all values of a schedule put in but the start, which splits it: JSON text, inert in HTML.
type fixedLink []string

// fix puts a schedule's values in; nil when one is not known, or would climb out of the template's path: browsers read
// a segment of dots as a step, also when it is encoded.
func fix(t *timeslot.LinkTemplate, s *timeslot.Schedule, urlName, brand string) fixedLink {
	link := fixedLink{t.First}
	for _, part := range t.Parts {
		if part.Value == timeslot.LinkTime {
			link = append(link, part.Text)
			continue
		}
		value := part.Value.Of(s, urlName, brand)
		if value == "" || !part.InQuery && strings.Trim(value, ".") == "" {
			return nil
		}
		if part.InQuery {
			value = url.QueryEscape(value)
		} else {
			value = url.PathEscape(value)
		}
		link[len(link)-1] += value + part.Text
	}
	for i := range link {
		link[i] = strings.ReplaceAll(link[i], "&", `\u0026`)
	}
	return link
}

// append writes the link to the slot that starts at unix. The time keeps the clinic's own offset, because the app reads
// the wall clock from it; its plus sign and colons are encoded.
func (l fixedLink) append(b []byte, unix int64, offset int) []byte {
	for i, text := range l {
		if i > 0 {
			b = appendEscapedTime(b, unix, offset)
		}
		b = append(b, text...)
	}
	return b
}

// appendEscapedTime is appendLocal, percent-encoded.
func appendEscapedTime(b []byte, unix int64, offset int) []byte {
	var scratch [32]byte
	for _, c := range appendLocal(scratch[:0], unix, offset) {
		switch c {
		case ':':
			b = append(b, "%3A"...)
		case '+':
			b = append(b, "%2B"...)
		default:
			b = append(b, c)
		}
	}
	return b
}
