// Package browser looks at the pages as people do, in a real Chromium: what they show while things work, break and heal,
// whether the browser complains, and whether they ask anybody else. Pictures go to the folder TEST_OUTPUT, for people to
// look at.
package browser
