package visits

import "timeslots/internal/acme/form"

// The bodies that only the apps post (docs/dexcare.md §13). No schema is published: they want what the SDK always writes.

var techCheckForm = form.Object("techCheck", form.Members{
	"techCheck": form.Object(techChecks, form.Each(techChecks, form.Word("pass fail"))),
})

const techChecks = "status camStatus micStatus networkStatus mediaPermissionStatus"

// chatForm is a message to the clinician, or an answer to the bot. Its time is in milliseconds, as text.
var chatForm = form.Object("type data", form.Members{
	"type": form.Word("instantMessage"),
	"data": form.Object("fromParticipant uniqueId message creationTime",
		form.Each("fromParticipant message senderId selectedBotOption", form.Text(0)), form.Each("isStaff isBot", form.Flag()), form.Members{
			"uniqueId": form.FilledText(), "creationTime": form.Matching("^[0-9]+$"),
			"botOptions": form.List(form.Object("label value primary", form.Each("label value", form.Text(0)))),
		}),
})

var waitOfflineForm = form.Object("action data", form.Members{
	"action": form.Word("patientEnterWaitOffline"),
	"data":   form.Object("visitId practiceId sessionId", form.Each("visitId practiceId sessionId", form.FilledText())),
})

// visitEvent is what is read of it.
type visitEvent struct {
	Data struct {
		VisitID string `json:"visitId"`
	} `json:"data"`
}

var (
	cancelVideoForm = form.Object("cancelReason", form.Each("cancelReason", form.FilledText()))
	cancelPhoneForm = form.Object("cancelReason patientEmail", form.Each("cancelReason patientEmail", form.FilledText()))
)

// deviceToken is what the push service calls a device.
var deviceToken = form.Matching("^[0-9a-f]{64,}$")

var deviceForm = form.Object("userId deviceId", form.Members{"userId": form.FilledText(), "deviceId": deviceToken})

var logForm = form.Object("message connectionType", form.Each("message visitId lastCorrelationId", form.Text(0)), form.Members{
	"connectionType": form.Word("unavailable wifi cellular"), "data": form.Map(form.Text(0)),
})
