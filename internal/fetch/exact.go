package fetch

import (
	"net/url"

	"timeslots/internal/timeslot"
)

// place is where an exact read goes: which base, the path below it, and the API key that the service wants.
type place struct {
	base   *url.URL
	path   []string
	apiKey string
}

// exact spells the read of a drop-in route: its path from the key's typed fields, its parameters as the key's
// canonical text.
func (c *client) exact(key timeslot.FragmentKey, call Call) request {
	to := c.placeOf(key)
	for i := range to.path {
		to.path[i] = url.PathEscape(to.path[i])
	}
	u := to.base.JoinPath(to.path...)
	r := request{apiKey: to.apiKey, ingress: to.base == c.opt.Ingress, call: call}
	if key.Post {
		r.body = []byte(key.Params)
	} else {
		u.RawQuery = key.Params
	}
	if call.Product != "" {
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += "product=" + url.QueryEscape(call.Product)
	}
	r.url = u.String()
	return r
}

func (c *client) placeOf(key timeslot.FragmentKey) place {
	version := versionPath(key.Version)
	public := func(path ...string) place {
		return place{c.opt.Public, append([]string{version}, path...), c.opt.SlotsKey}
	}
	visit := func(path ...string) place {
		return place{c.opt.Visit, append([]string{"api", version[1:]}, path...), ""}
	}
	slots := func(path ...string) place {
		return place{c.opt.Ingress, append([]string{version}, path...), c.opt.SlotsKey}
	}
	options := func(path ...string) place {
		return place{c.opt.Ingress, append([]string{version}, path...), c.opt.CareOptionsKey}
	}
	switch key.Operation {
	case timeslot.OpDepartments:
		return public("departments")
	case timeslot.OpDepartmentInfo:
		return public("departments", key.Department, "departmentInfo")
	case timeslot.OpDepartmentTimeslots:
		return public("departments", key.Department, "timeslots")
	case timeslot.OpProviders:
		return public("providers")
	case timeslot.OpProviderInfo:
		return public("providers", key.NPI)
	case timeslot.OpProviderTimeslots:
		if key.Version >= 5 {
			return slots("providers", key.NPI, "timeslots")
		}
		return public("providers", key.NPI, "timeslots")
	case timeslot.OpSlotsSearch:
		return slots("slots", "search")
	case timeslot.OpMaxLookahead:
		return public("lookups", "maxLookaheadDays")
	case timeslot.OpAvailabilitySlots:
		return options("availability", "slots")
	case timeslot.OpAvailabilityProviders:
		return options("availability", "providers")
	case timeslot.OpSuffixes:
		return public("suffixes")
	case timeslot.OpCancelReasons:
		return visit("visits", "retail", "cancel", "reasons", key.Item)
	case timeslot.OpRegionWaitTimes:
		if key.Item == "" {
			return visit("regions", "waittimes")
		}
		return visit("regions", key.Item, "waittimes")
	case timeslot.OpAssignmentQualifiers:
		return visit("assignmentqualifiers")
	default:
		return visit("modalities")
	}
}

// ofVisit reports whether an operation is read from the visit base.
func ofVisit(op timeslot.Operation) bool {
	switch op {
	case timeslot.OpCancelReasons, timeslot.OpRegionWaitTimes, timeslot.OpAssignmentQualifiers, timeslot.OpModalities:
		return true
	default:
		return false
	}
}
