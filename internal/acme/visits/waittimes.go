package visits

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
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

// waitTimes answers for all regions, those named, or the one of the path: a queue for each region, kind of visit and
// qualifier. Lists are repeated parameters.
func (h *Handlers) waitTimes(q *wire.Request) wire.Answer {
	if wrong := wrongWaitTimes(q); wrong != "" {
		return wire.ErrorOnly(http.StatusBadRequest, wrong)
	}
	codes := slices.Concat(q.Args, q.List("regionCodes"))
	if len(codes) == 0 {
		codes = h.regions()
	}
	out := []json.RawMessage{}
	if practice := q.Get("practiceId"); practice != "" && practice != practiceID {
		return wire.JSON(http.StatusOK, out)
	}
	visits, qualifiers := q.List("visitTypeNames"), q.List("assignmentQualifiers")
	for _, code := range codes {
		for i, visit := range virtualModalities {
			for j, qualifier := range qualifierNames {
				if (len(visits) == 0 || slices.Contains(visits, visit)) && onlyOf(qualifiers, qualifier) {
					out = append(out, h.queueWait(q, queue{code, visit, qualifier, uint64(2*i + j)}))
				}
			}
		}
	}
	return wire.JSON(http.StatusOK, out)
}

// wrongWaitTimes is what is wrong with the parameters. includeSpecialties is the SDK's only, and the words of the two lists
// have no commas: the SDK repeats the parameter.
func wrongWaitTimes(q *wire.Request) string {
	joined := func(word string) bool { return strings.Contains(word, ",") }
	switch flag := strings.ToLower(q.Get("includeSpecialties")); {
	case q.Has("practiceId") && !form.IsUUID(q.Get("practiceId")):
		return `practiceId must match format "uuid"`
	case q.Has("includeSpecialties") && flag != "true" && flag != "false":
		return "includeSpecialties must be boolean"
	case slices.ContainsFunc(q.List("regionCodes"), joined):
		return "regionCodes must NOT be joined by commas"
	case slices.ContainsFunc(q.List("visitTypeNames"), joined):
		return "visitTypeNames must NOT be joined by commas"
	default:
		return ""
	}
}

// onlyOf reports whether a queue for one qualifier satisfies all that are wanted.
func onlyOf(wanted []string, qualifier string) bool {
	return !slices.ContainsFunc(wanted, func(w string) bool { return w != qualifier })
}

// queue is that of one region, kind of visit and qualifier.
type queue struct {
	region, visit, qualifier string
	number                   uint64 // in the region
}

// queueWait is the wait for one queue (docs/dexcare.md §7.9): with an estimate when it is open, else with a reason.
// Estimates change by the minute.
func (h *Handlers) queueWait(q *wire.Request, line queue) json.RawMessage {
	minute, trouble := q.Now.Truncate(time.Minute), h.regionTrouble(line.region)
	seconds, message := wire.Absent, wire.Absent
	specialties := []string{}
	if q.Flag("includeSpecialties", false) && line.qualifier == "adult" {
		specialties = []string{"Behavioral Health"}
	}
	switch trouble {
	case "":
		seconds = 30 + world.Hash(h.Options.Seed, world.SaltVirtual, world.HashText(line.region), line.number, uint64(minute.Unix()))%1770
	case regionBusy:
		message = "All clinicians are busy. Please try again later."
	}
	return wire.Object("available", trouble == "", "estimateGeneratedAt", milliseconds(minute), "estimatedWaitTimeSeconds", seconds,
		"regionCode", line.region, "practiceId", practiceID, "visitTypeName", line.visit, "assignmentQualifiers", []string{line.qualifier},
		"specialties", wire.Optional(h.Options, "specialties", line.region+line.visit+line.qualifier, specialties), "homeMarket", wire.Filled(q.Get("homeMarket")), "reason", wire.Filled(trouble), "busyMessage", message)
}

var (
	virtualModalities = [...]string{"virtual", "phone"}
	qualifierNames    = [...]string{"adult", "pediatric"}
)

func (h *Handlers) assignmentQualifiers(q *wire.Request) wire.Answer {
	return catalogue(q, "age", append(qualifierNames[:], "geriatric"), len(qualifierNames))
}

func (h *Handlers) modalities(q *wire.Request) wire.Answer {
	return catalogue(q, "", append(virtualModalities[:], "chat"), len(virtualModalities))
}

// catalogue lists the names, qualifiers with their group; those from live on are archived and shown only when asked for.
func catalogue(q *wire.Request, group string, names []string, live int) wire.Answer {
	archived, err := strconv.ParseBool(q.Get("archived"))
	if q.Has("archived") && err != nil {
		return wire.ErrorOnly(http.StatusBadRequest, "archived must be boolean")
	}
	out := []json.RawMessage{}
	for i, name := range names {
		deleted := wire.Absent
		if i >= live {
			if !archived {
				break
			}
			deleted = "2025-01-01T00:00:00.000Z"
		}
		out = append(out, wire.Object("id", world.UUID(world.HashText(group+name)), "name", name, "group", wire.Filled(group), "version", 1+i,
			"createdAt", "2024-01-02T03:04:05.006Z", "updatedAt", "2024-06-07T08:09:10.011Z", "deletedAt", deleted))
	}
	return wire.JSON(http.StatusOK, out)
}
