package visits

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"timeslots/internal/acme/form"
	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// appRoutes are what only the apps ask (docs/dexcare.md §13): settings, the virtual visit on its way, devices. What the SDK
// never sends is refused, but for the feedback of older apps, whose form is not known.
func (h *Handlers) appRoutes() []wire.Route {
	settings := wire.NewSurface(wire.PublicBase, wire.Public, wire.ErrorOnly, "settings")
	anyone := wire.NewSurface(wire.VisitBase, wire.Public, wire.ErrorOnly, "settings")
	patient := wire.NewSurface(wire.VisitBase, wire.PatientToken, wire.ErrorOnly, "virtual-care")
	devices := wire.NewSurface(wire.VisitBase, wire.Public, wire.ErrorOnly, "devices")
	routes := []wire.Route{
		settings.Route("validation-settings", "GET /v1/validationConfigs", h.validationSettings),
		settings.Route("status-page", "GET /v1/statuspage", h.statusPage),
		settings.Route("visit-settings", "GET /v2/blisseyconfigs", h.visitSettings),
		settings.Route("client-log", "POST /v2/clientLogging", noted).Checked(logForm),
		anyone.Route("insurers", "GET /api/v2/brand/*/insuranceissuers", h.insurers),
		anyone.Route("coupon", "GET /api/v2/coupon/*/verify", h.coupon),
		anyone.Route("practice", "GET /api/9/practices/*", h.practice),
		patient.Route("visit-session", "GET /api/6/visit/*/token/*", h.ofVisit(h.visitSession)),
		patient.Route("visit-chat", "POST /api/6/visit/*/chat/*", h.ofVisit(notedOfOne)).Checked(chatForm),
		patient.Route("waiting-room", "POST /api/8/visits/virtual/*/waitingRoomEvents", h.ofVisit(notedOfOne)).Checked(techCheckForm),
		patient.Route("pair-device", "POST /api/8/visits/*/integrations/tytoCare/devices", h.ofVisit(pair)),
		wire.Posted(patient.Route("visit-event", "POST /v1/visits/event", nil), waitOfflineForm, h.visitEvent),
		patient.Route("cancel-video", "POST /v1/visits/*/patient-cancel-video", h.ofVisit(h.cancelVirtual)).Checked(cancelVideoForm),
		patient.Route("cancel-phone", "POST /v1/visits/*/patient-cancel-phone", h.ofVisit(h.cancelVirtual)).Checked(cancelPhoneForm),
		patient.Route("cancel-virtual", "POST /api/9/visits/virtual/*/cancel", h.ofVisit(h.cancelVirtual)),
		devices.Route("push-register", "POST /api/6/mobile/app/*/platform/*/devices", noted).Checked(deviceForm),
		devices.Route("push-unregister", "DELETE /api/6/mobile/app/*/device/*", unregister),
	}
	for i := range routes {
		routes[i] = routes[i].Strict()
	}
	return append(routes, patient.Route("visit-feedback", "POST /api/6/visit/*/feedback", h.ofVisit(notedOfOne)).Checked(form.Object("")))
}

// ofVisit hands a call of a visit's own patient on.
func (h *Handlers) ofVisit(handle func(*wire.Request, virtualVisit) wire.Answer) func(*wire.Request) wire.Answer {
	return func(q *wire.Request) wire.Answer {
		v, ok := h.virtual.find(q.Args[0])
		if !ok || !v.ownedBy(q.Owner()) {
			return wire.ErrorOnly(http.StatusNotFound, "Visit not found")
		}
		return handle(q, v)
	}
}

// noted is the answer to what the SDK only tells.
func noted(*wire.Request) wire.Answer { return wire.BareStatus(http.StatusOK, "") }

func notedOfOne(q *wire.Request, _ virtualVisit) wire.Answer { return noted(q) }

func unregister(q *wire.Request) wire.Answer {
	if !deviceToken.Pattern.MatchString(q.Args[1]) {
		return wire.ErrorOnly(http.StatusBadRequest, fmt.Sprintf("deviceToken must match pattern %q", deviceToken.Pattern))
	}
	return noted(q)
}

func pair(_ *wire.Request, v virtualVisit) wire.Answer {
	return wire.Text(http.StatusOK, "text/plain; charset=utf-8", "pair:"+v.id)
}

func (h *Handlers) visitSession(q *wire.Request, v virtualVisit) wire.Answer {
	token := world.UUID(world.Hash(h.Options.Seed, world.SaltVirtual, world.HashText(v.id), world.HashText(q.Args[1])))
	return wire.JSON(http.StatusOK, wire.Object("token", "T1=="+token))
}

func (h *Handlers) cancelVirtual(q *wire.Request, v virtualVisit) wire.Answer {
	if v.status(q.Now) == "done" {
		return wire.ErrorOnly(http.StatusConflict, "Visit is over")
	}
	h.virtual.change(v.id, func(v *virtualVisit) { v.cancelled = true })
	return wire.BareStatus(http.StatusOK, "")
}

// visitEvent names its visit in the body.
func (h *Handlers) visitEvent(q *wire.Request, body visitEvent) wire.Answer {
	if v, ok := h.virtual.find(body.Data.VisitID); !ok || !v.ownedBy(q.Owner()) {
		return wire.ErrorOnly(http.StatusNotFound, "Visit not found")
	}
	return wire.BareStatus(http.StatusOK, "")
}

func (h *Handlers) validationSettings(*wire.Request) wire.Answer {
	return wire.JSON(http.StatusOK, wire.Object("emailValidationRegex", `^[^@\s]+@[^@\s]+\.[^@\s]+$`))
}

// statusPage says that all is well, since the minute before.
func (h *Handlers) statusPage(q *wire.Request) wire.Answer {
	return wire.JSON(http.StatusOK, wire.Object("name", h.Options.Brand(), "indicator", "none", "description", "All Systems Operational",
		"updated_at", milliseconds(q.Now.Truncate(time.Minute)), "incidents", []string{}, "scheduled_maintenances", []string{}))
}

func (h *Handlers) visitSettings(*wire.Request) wire.Answer {
	reasons := []json.RawMessage{wire.Object("label", "I feel better", "value", "FEELING_BETTER"), wire.Object("label", "Other", "value", "OTHER")}
	flags := wire.Object("enablePatientCancellationWithReason", wire.Object("video", true, "phone", true))
	return wire.JSON(http.StatusOK, wire.Object("minimumWaitTimeForWaitOffline", 600,
		"cancelWithReason", wire.Object("reasons", wire.Object("en-US", reasons)),
		"blisseyPostConsultUrl", "https://survey.example.org/{{visitId}}?brand={{brand}}", "featureFlags", flags))
}

// insurers are those of the tenant's own brand; another's are unknown.
func (h *Handlers) insurers(q *wire.Request) wire.Answer {
	if !strings.EqualFold(q.Args[0], h.Options.Brand()) {
		return wire.JSON(http.StatusOK, json.RawMessage("{}"))
	}
	return wire.JSON(http.StatusOK, wire.Object("insuranceIssuers", []json.RawMessage{
		wire.Object("name", "Acme Mutual", "payerId", "payor-1"), wire.Object("name", "Example Health", "payerId", "payor-2"),
	}))
}

// coupon knows one code, "SPRING 10", which the SDK escapes before the system escapes the path.
func (h *Handlers) coupon(q *wire.Request) wire.Answer {
	switch strings.ReplaceAll(q.Args[0], "%20", "") {
	case "SPRING10":
		return wire.JSON(http.StatusOK, wire.Object("status", "active", "discountAmount", 1000))
	case "WINTER10":
		return wire.JSON(http.StatusOK, wire.Object("status", "inactive", "discountAmount", 1000))
	}
	return wire.ErrorOnly(http.StatusNotFound, "Coupon not found")
}

// departmentsIn are a region's, as the practice names them.
func (h *Handlers) departmentsIn(region string) []json.RawMessage {
	out := []json.RawMessage{}
	for _, d := range h.Departments {
		if d.Active && d.Address.State == region {
			out = append(out, wire.Object("id", d.UUID, "epicDepartmentId", d.ID, "ehrSystemName", d.EHR.System))
		}
	}
	return out
}

func (h *Handlers) practice(q *wire.Request) wire.Answer {
	if q.Args[0] != practiceID {
		if !form.IsUUID(q.Args[0]) {
			return wire.ErrorOnly(http.StatusBadRequest, `practiceId must match format "uuid"`)
		}
		return wire.ErrorOnly(http.StatusNotFound, "Practice not found")
	}
	day := q.Now.UTC().Truncate(24 * time.Hour)
	hours := []json.RawMessage{wire.Object("start", milliseconds(day.Add(14*time.Hour)), "end", milliseconds(day.Add(28*time.Hour)))}
	regions := []json.RawMessage{}
	for _, code := range h.regions() {
		trouble := h.regionTrouble(code)
		regions = append(regions, wire.Object("id", world.UUID(world.HashText("region "+code)), "displayName", code, "regionCode", code,
			"active", true, "busy", trouble == regionBusy, "busyMessage", "", "visitPrice", 4900, "availability", hours,
			"departments", h.departmentsIn(code)))
	}
	return wire.JSON(http.StatusOK, wire.Object("id", practiceID, "displayName", h.Options.Brand()+" virtual care", "careMode", "virtual",
		"payment", wire.Object("insurance", true, "selfPay", true, "serviceKey", "simulated"), "epicBookingEnabled", true,
		"practiceRegions", regions))
}
