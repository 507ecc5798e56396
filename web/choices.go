package web

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"time"
)

// visitType is a kind of visit that can be chosen.
type visitType struct {
	Name  string // DexCare's short name
	Title string // for people
}

// offered is what the form of "/" lets people choose from. Where the directory cannot be had it is empty, and the form
// takes a kind of visit in words.
type offered struct {
	tag        string
	VisitTypes []visitType
}

// choices remembers the last ones, since the directory is much larger than what is needed of it.
type choices struct{ last atomic.Pointer[offered] }

// patience is how long a page waits for the directory, which it can do without.
const patience = time.Second

// clinicTypes are asked for one by one, for the directory gives one at a time (docs/dexcare.md §4.1).
var clinicTypes = []string{"", "clinicType=Primary+Care", "clinicType=Virtual"}

func (c *choices) ask(ctx context.Context, v *view, ask Ask) *offered {
	if v.path != FindPath {
		return &offered{}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var bodies [][]byte
	tag := ""
	for _, query := range clinicTypes {
		if r := ask(ctx, departments, query); r.Status == http.StatusOK {
			bodies, tag = append(bodies, r.Body), tag+r.Tag
		}
	}
	if last := c.last.Load(); last != nil && last.tag == tag {
		return last
	}
	now := &offered{tag: tag, VisitTypes: visitTypesOf(bodies)}
	c.last.Store(now)
	return now
}

// visitTypesOf reads lists of departments (docs/dexcare.md §4.1). Of several titles for one name the first by alphabet stays, so
// that the page does not depend on an order.
func visitTypesOf(bodies [][]byte) []visitType {
	titles := map[string]string{}
	for _, body := range bodies {
		var list []struct {
			AllowedVisitTypes []struct{ ShortName, Name string }
		}
		if json.Unmarshal(body, &list) != nil {
			continue
		}
		for _, department := range list {
			for _, t := range department.AllowedVisitTypes {
				title := cmp.Or(t.Name, t.ShortName)
				if known, ok := titles[t.ShortName]; word.MatchString(t.ShortName) && (!ok || title < known) {
					titles[t.ShortName] = title
				}
			}
		}
	}
	var all []visitType
	for _, name := range slices.Sorted(maps.Keys(titles)) {
		all = append(all, visitType{name, titles[name]})
	}
	slices.SortStableFunc(all, func(a, b visitType) int { return cmp.Compare(a.Title, b.Title) })
	return all
}
