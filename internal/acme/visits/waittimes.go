package visits

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"timeslots/internal/acme/form"
	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// practiceID is the only virtual practice of a tenant.
const practiceID = "66666666-aaaa-4bbb-8ccc-000000000600"

const (
	regionBusy    = "REGION_BUSY"
	regionUnknown = "NO_REGIONS_FOUND"
)

// regionTroubles are why some regions take no visits; all others do.
var regionTroubles = map[string]string{"IL": regionBusy, "HI": "NO_ONCALL_PROVIDERS", "BE": "OFF_HOURS"}

// regions are the states where the tenant has departments, in the order of its cities.
func (h *Handlers) regions() (out []string) {
	for _, d := range h.Departments {
		if !slices.Contains(out, d.Address.State) {
			out = append(out, d.Address.State)
		}
	}
	return out
}

// regionTrouble is empty for a region that takes visits.
func (h *Handlers) regionTrouble(code string) string {
	if !slices.Contains(h.regions(), code) {
		return regionUnknown
	}
	return regionTroubles[code]
}

// regionWait is the wait for one queue (docs/dexcare.md §7.9): with an estimate when it is open, else with a reason.
type regionWait struct {
	Available   bool     `json:"available"`
	GeneratedAt string   `json:"estimateGeneratedAt"`
	Seconds     *int     `json:"estimatedWaitTimeSeconds,omitempty"`
	RegionCode  string   `json:"regionCode"`
	PracticeID  string   `json:"practiceId"`
	VisitType   string   `json:"visitTypeName"`
	Qualifiers  []string `json:"assignmentQualifiers"`
	Specialties []string `json:"specialties"`
	HomeMarket  string   `json:"homeMarket,omitempty"`
	Reason      string   `json:"reason,omitempty"`
	BusyMessage string   `json:"busyMessage,omitempty"`
}

// waitTimes answers for all regions, those named, or the one of the path: a queue for each region, kind of visit and
// qualifier. Lists are repeated parameters.
func (h *Handlers) waitTimes(q *wire.Request) wire.Answer {
	if q.Has("practiceId") && !form.IsUUID(q.Get("practiceId")) {
		return wire.ErrorOnly(http.StatusBadRequest, `practiceId must match format "uuid"`)
	}
	codes := slices.Concat(q.Args, q.Query["regionCodes"])
	if len(codes) == 0 {
		codes = h.regions()
	}
	out := []regionWait{}
	if practice := q.Get("practiceId"); practice != "" && practice != practiceID {
		return wire.JSON(http.StatusOK, out)
	}
	visits, qualifiers := q.Query["visitTypeNames"], q.Query["assignmentQualifiers"]
	for _, code := range codes {
		for i, visit := range virtualModalities {
			for j, qualifier := range qualifierNames {
				if len(visits) > 0 && !slices.Contains(visits, visit) || !onlyOf(qualifiers, qualifier) {
					continue
				}
				wait := h.regionWait(q, code, uint64(2*i+j))
				wait.VisitType, wait.Qualifiers = visit, []string{qualifier}
				out = append(out, wait)
			}
		}
	}
	return wire.JSON(http.StatusOK, out)
}

// onlyOf reports whether a queue for one qualifier satisfies all that are wanted.
func onlyOf(wanted []string, qualifier string) bool {
	return !slices.ContainsFunc(wanted, func(w string) bool { return w != qualifier })
}

// regionWait is one queue's state; estimates change by the minute.
func (h *Handlers) regionWait(q *wire.Request, code string, queue uint64) regionWait {
	minute := q.Now.Truncate(time.Minute)
	out := regionWait{
		GeneratedAt: milliseconds(minute), RegionCode: code, PracticeID: practiceID, Specialties: []string{},
		HomeMarket: q.Get("homeMarket"), Reason: h.regionTrouble(code),
	}
	switch out.Reason {
	case "":
		seconds := int(30 + world.Hash(h.Options.Seed, world.SaltVirtual, world.HashText(code), queue, uint64(minute.Unix()))%1770)
		out.Available, out.Seconds = true, &seconds
	case regionBusy:
		out.BusyMessage = "All clinicians are busy. Please try again later."
	}
	return out
}

var (
	virtualModalities = [...]string{"virtual", "phone"}
	qualifierNames    = [...]string{"adult", "pediatric"}
)

// catalogueEntry is an assignment qualifier or a modality.
type catalogueEntry struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Group     string `json:"group,omitempty"` // qualifiers only
	Version   int    `json:"version"`
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
	DeletedAt string `json:"deletedAt,omitempty"` // archived ones only
}

func (h *Handlers) assignmentQualifiers(q *wire.Request) wire.Answer {
	return catalogue(q, "age", append(qualifierNames[:], "geriatric"), len(qualifierNames))
}

func (h *Handlers) modalities(q *wire.Request) wire.Answer {
	return catalogue(q, "", append(virtualModalities[:], "chat"), len(virtualModalities))
}

// catalogue lists the names; those from live on are archived and shown only when asked for.
func catalogue(q *wire.Request, group string, names []string, live int) wire.Answer {
	archived, err := strconv.ParseBool(q.Get("archived"))
	if q.Has("archived") && err != nil {
		return wire.ErrorOnly(http.StatusBadRequest, "archived must be boolean")
	}
	out := []catalogueEntry{}
	for i, name := range names {
		entry := catalogueEntry{
			ID: world.UUID(world.HashText(group + name)), Name: name, Group: group, Version: 1 + i,
			CreatedAt: "2024-01-02T03:04:05.006Z", UpdatedAt: "2024-06-07T08:09:10.011Z",
		}
		if i >= live {
			if !archived {
				continue
			}
			entry.DeletedAt = "2025-01-01T00:00:00.000Z"
		}
		out = append(out, entry)
	}
	return wire.JSON(http.StatusOK, out)
}
