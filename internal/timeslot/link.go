package timeslot

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// DefaultRetailLink is the one form that DexCare documents (docs/dexcare.md §9).
const DefaultRetailLink = "/retail?timeSlot={slotDateTime}&departmentUrlName={departmentUrlName}&brand={brand}"

// LinkTemplate is a hand-off link to the scheduling web app (docs/dexcare.md §9): text with values in between, First, value,
// text, value, text … In the text that is configured, a value stands as its name in braces:
//
//	{slotDateTime} {departmentUrlName} {departmentIdentifier} {ehrInstance} {departmentId}
//	{npi} {visitTypeId} {visitTypeName} {brand}
//
// First begins with the scheme and host of the configured base, so that no value can lead elsewhere.
type LinkTemplate struct {
	First string
	Parts []LinkPart
}

// LinkPart is a value and the text after it.
type LinkPart struct {
	Value   LinkValue
	InQuery bool   // where a blank is "+" and "/" stands for itself
	Text    string // after the value
}

// LinkValue is one of the values that a link can carry.
type LinkValue uint8

// The values.
const (
	LinkTime LinkValue = iota
	LinkURLName
	LinkIdentifier
	LinkEHR
	LinkDepartment
	LinkNPI
	LinkVisitTypeID
	LinkVisitTypeName
	LinkBrand
)

var linkValues = map[string]LinkValue{
	"slotDateTime": LinkTime, "departmentUrlName": LinkURLName, "departmentIdentifier": LinkIdentifier,
	"ehrInstance": LinkEHR, "departmentId": LinkDepartment, "npi": LinkNPI,
	"visitTypeId": LinkVisitTypeID, "visitTypeName": LinkVisitTypeName, "brand": LinkBrand,
}

// ParseLinkTemplate takes a template apart. Its error says what is wrong for those who configure it.
func ParseLinkTemplate(base *url.URL, template string) (*LinkTemplate, error) {
	if !strings.HasPrefix(template, "/") || strings.HasPrefix(template, "//") {
		return nil, errors.New("has to begin with one slash: a path below upstream.scheduling.url")
	}
	text, rest, _ := strings.Cut(template, "{")
	t := &LinkTemplate{First: strings.TrimSuffix(base.Scheme+"://"+base.Host+base.EscapedPath(), "/") + text}
	err := checkLinkText(text)
	inQuery := strings.Contains(text, "?")
	for rest != "" && err == nil {
		name, after, closed := strings.Cut(rest, "}")
		value, known := linkValues[name]
		if !closed || !known {
			return nil, fmt.Errorf("has %q, which is none of the values that there are: slotDateTime, departmentUrlName, "+
				"departmentIdentifier, ehrInstance, departmentId, npi, visitTypeId, visitTypeName, brand", "{"+name)
		}
		text, rest, _ = strings.Cut(after, "{")
		err = checkLinkText(text)
		t.Parts = append(t.Parts, LinkPart{Value: value, InQuery: inQuery, Text: text})
		inQuery = inQuery || strings.Contains(text, "?")
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// checkLinkText allows what stands for itself in a path or query (RFC 3986 §3.3, §3.4), less the apostrophe, which ends
// attributes in HTML.
func checkLinkText(text string) error {
	for i, c := range text {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-._~!$&()*+,;=:@/?", c):
		case c != '%':
			return fmt.Errorf("must not contain %q; percent-encode it", c)
		default:
			if _, err := url.PathUnescape(text[i:min(i+3, len(text))]); err != nil {
				return errors.New("has a percent sign that no two hexadecimal digits follow; write %25")
			}
		}
	}
	return nil
}

// Of is the value for a schedule, not encoded; empty when it is not known. [LinkTime] is not the schedule's.
func (v LinkValue) Of(s *Schedule, urlName, brand string) string {
	switch v {
	case LinkTime:
		return ""
	case LinkURLName:
		return urlName
	case LinkIdentifier:
		return s.DepartmentKey()
	case LinkEHR:
		return s.EHRInstance
	case LinkDepartment:
		return s.DepartmentID
	case LinkNPI:
		return s.NPI
	case LinkVisitTypeID:
		return s.VisitTypeID
	case LinkVisitTypeName:
		return s.VisitTypeName
	default:
		return brand
	}
}
