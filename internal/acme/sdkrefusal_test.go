package acme

import (
	"fmt"
	"strings"
	"testing"
)

// neverSent are requests that DexCare's SDK never sends, by the number of the call, and what is said about them. {visit} is
// a visit of the patient.
var neverSent = []struct{ number, call, body, words string }{
	{"20", "GET /api/v2/brand/acme/insuranceissuers?brand=acme", "", "Unknown query parameter 'brand'"},
	{"20", "GET /api/v2/brand/acme/insuranceissuers", "{}", "request body must be empty"},
	{"21", "GET /api/v2/coupon/SPRING10/verify?code=SPRING10", "", "Unknown query parameter 'code'"},
	{"22", "GET /v1/validationConfigs?domain=acme", "", "Unknown query parameter 'domain'"},
	{"23", "GET /v1/statuspage?x", "", "Unknown query parameter 'x'"},
	{"24", practicePath + "?includeRegions=true", "", "Unknown query parameter 'includeRegions'"},
	{"24", "GET /api/9/practices/1", "", `practiceId must match format "uuid"`},
	{"25", "GET /api/9/regions/WA/waittimes?includeSpecialties=1", "", "includeSpecialties must be boolean"},
	{"25", "GET /api/9/regions/WA/waittimes?includeSpecialties=yes", "", "includeSpecialties must be boolean"},
	{"25", "GET /api/9/regions/WA/waittimes?visitTypeNames=virtual,phone", "", "visitTypeNames must NOT be joined by commas"},
	{"26", "GET /api/9/regions/waittimes?regionCodes%5B%5D=WA,OR", "", "regionCodes must NOT be joined by commas"},
	{"26", "GET /api/9/regions/waittimes?includeSpecialties=", "", "includeSpecialties must be boolean"},
	{"31", "GET /api/6/visit/{visit}/token/2_TEST?sessionId=2_TEST", "", "Unknown query parameter 'sessionId'"},
	{"32", "GET /v2/blisseyconfigs?brand=acme", "", "Unknown query parameter 'brand'"},

	{"34", checkPath, "", "request body must be JSON"},
	{"34", checkPath, "{}", "techCheck is required"},
	{"34", checkPath, strings.Replace(techCheck, `"camStatus":"pass",`, "", 1), "techCheck.camStatus is required"},
	{"34", checkPath, strings.Replace(techCheck, "fail", "failed", 1), "techCheck.status must be equal to one of the allowed values"},
	{"34", checkPath, strings.Replace(techCheck, `"fail"`, "false", 1), "techCheck.status must be string"},
	{"34", checkPath + "?visitId=1", techCheck, "Unknown query parameter 'visitId'"},

	{"35", chatPath, strings.Replace(chat, "instantMessage", "message", 1), "type must be equal to one of the allowed values"},
	{"35", chatPath, `{"type":"instantMessage"}`, "data is required"},
	{"35", chatPath, strings.Replace(chat, `"fromParticipant":"Pat",`, "", 1), "data.fromParticipant is required"},
	{"35", chatPath, strings.Replace(chat, `"u-1"`, `""`, 1), "data.uniqueId must NOT have fewer than 1 characters"},
	{"35", chatPath, strings.Replace(chat, `"Hello"`, "null", 1), "data.message must be string"},
	{"35", chatPath, strings.Replace(chat, `"1898870400123"`, "1898870400123", 1), "data.creationTime must be string"},
	{"35", chatPath, strings.Replace(chat, "1898870400123", "2030-03-04T17:00:00Z", 1), `data.creationTime must match pattern "^[0-9]+$"`},
	{"35", chatPath, strings.Replace(chat, `"data":{`, `"data":{"isStaff":"false",`, 1), "data.isStaff must be boolean"},
	{"35", chatPath, strings.Replace(chat, `"data":{`, `"data":{"botOptions":[{"label":"a","value":"b"}],`, 1), "data.botOptions.0.primary is required"},

	{"36", "POST /v1/visits/event", strings.Replace(waitOffline, "patientEnterWaitOffline", "patientEnter", 1), "action must be equal to one of the allowed values"},
	{"36", "POST /v1/visits/event", `{"action":"patientEnterWaitOffline"}`, "data is required"},
	{"36", "POST /v1/visits/event", strings.Replace(waitOffline, `"2_TEST"`, "null", 1), "data.sessionId must be string"},
	{"36", "POST /v1/visits/event?action=x", waitOffline, "Unknown query parameter 'action'"},
	{"37", "POST /v1/visits/{visit}/patient-cancel-video", "", "request body must be JSON"},
	{"37", "POST /v1/visits/{visit}/patient-cancel-video", `{"reason":"OTHER"}`, "cancelReason is required"},
	{"37", "POST /v1/visits/{visit}/patient-cancel-video", `{"cancelReason":""}`, "cancelReason must NOT have fewer than 1 characters"},
	{"38", "POST /v1/visits/{visit}/patient-cancel-phone", `{"cancelReason":"OTHER"}`, "patientEmail is required"},
	{"38", "POST /v1/visits/{visit}/patient-cancel-phone", `{"cancelReason":1,"patientEmail":"a"}`, "cancelReason must be string"},
	{"39", "POST /api/9/visits/virtual/{visit}/cancel", `{"cancelReason":"OTHER"}`, "request body must be empty"},
	{"39", "POST /api/9/visits/virtual/{visit}/cancel?reason=OTHER", "", "Unknown query parameter 'reason'"},
	{"40", "POST /api/8/visits/{visit}/integrations/tytoCare/devices", "{}", "request body must be empty"},

	{"41", devicesPath, `{"deviceId":"` + pushToken + `"}`, "userId is required"},
	{"41", devicesPath, `{"userId":"u","deviceId":"` + pushToken[1:] + `"}`, `deviceId must match pattern "^[0-9a-f]{64,}$"`},
	{"41", devicesPath, `{"userId":"u","deviceId":"` + strings.ToUpper(pushToken) + `"}`, `deviceId must match pattern "^[0-9a-f]{64,}$"`},
	{"41", devicesPath + "?userId=u", `{"userId":"u","deviceId":"` + pushToken + `"}`, "Unknown query parameter 'userId'"},
	{"42", "DELETE /api/6/mobile/app/org.example.app/device/token", "", `deviceToken must match pattern "^[0-9a-f]{64,}$"`},
	{"42", "DELETE /api/6/mobile/app/org.example.app/device/" + pushToken, "{}", "request body must be empty"},
	{"43", "POST /v2/clientLogging", `{"message":"m"}`, "connectionType is required"},
	{"43", "POST /v2/clientLogging", `{"message":"m","connectionType":"5g"}`, "connectionType must be equal to one of the allowed values"},
	{"43", "POST /v2/clientLogging", `{"message":"m","connectionType":"wifi","data":{"n":1}}`, "data.n must be string"},
	{"43", "POST /v2/clientLogging", `[{"message":"m","connectionType":"wifi"}]`, "request body must be object"},
}

const (
	practicePath = "GET /api/9/practices/66666666-aaaa-4bbb-8ccc-000000000600"
	checkPath    = "POST /api/8/visits/virtual/{visit}/waitingRoomEvents"
	chatPath     = "POST /api/6/visit/{visit}/chat/2_TEST"
	devicesPath  = "POST /api/6/mobile/app/org.example.app/platform/ios-sandbox/devices"
	pushToken    = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
)

func TestWhatTheSDKNeverSendsIsRefusedInTheWordsOfAValidator(t *testing.T) {
	tenant := newTenant(t)
	visit := at(post(t, tenant, "/api/9/visits", sample(t, "visits.v9.request.json")), "visitId").(string)
	named := func(text string) string { return strings.ReplaceAll(text, "{visit}", visit) }
	for _, tt := range neverSent {
		method, target, _ := strings.Cut(named(tt.call), " ")
		w := call(tenant, method, target, named(tt.body))
		if w.Code != 400 || fmt.Sprint(decode(t, w.Body.Bytes())) != fmt.Sprint(map[string]any{"error": tt.words}) {
			t.Errorf("call %s: %s %s: %d %s, want %s", tt.number, tt.call, tt.body, w.Code, w.Body, tt.words)
		}
	}
	// None of these took effect.
	if got := at(get(t, tenant, "/api/9/visits/"+visit+"/summary"), "status"); got != "requested" {
		t.Errorf("the visit is %v", got)
	}
}

func TestWhatOtherClientsOfAnAppsRoutesSendIsTaken(t *testing.T) {
	tenant := newTenant(t)
	visit := at(post(t, tenant, "/api/9/visits", sample(t, "visits.v9.request.json")), "visitId").(string)
	for target, body := range map[string]any{
		"GET /v1/statuspage?product=DexCare": nil, "GET /v2/blisseyconfigs": nil,
		"GET /api/9/regions/waittimes?regionCodes=WA&regionCodes[]=OR&includeSpecialties=TRUE&modality=video": nil,
		"POST /api/6/visit/" + visit + "/feedback?product=old&rating=5":                                       `{"rating":5}`,
		"POST " + strings.TrimPrefix(strings.ReplaceAll(chatPath, "{visit}", visit), "POST ") + "?product=DexCare": strings.Replace(chat, `"data":{`,
			`"data":{"isBot":true,"botOptions":[{"label":"a","value":"b","primary":true}],"selectedBotOption":"b","version":2,`, 1),
		"POST /api/6/mobile/app/org.example.app/platform/android/devices": `{"userId":"u","deviceId":"` + pushToken + pushToken + `"}`,
		"POST /v2/clientLogging": `{"message":"m","connectionType":"unavailable","visitId":"v","lastCorrelationId":"c#1","data":{"a":"b"}}`,
	} {
		method, path, _ := strings.Cut(target, " ")
		if w := call(tenant, method, path, body); w.Code != 200 {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}
