// Package propose asks a language model, behind any OpenAI-compatible endpoint,
// what the fields of a mail that could not be read may be, and lets through
// only what stands in the mail. It applies nothing: what it gives is kept and
// shown to the person who reviews the mail.
//
// The mail goes out as data in a JSON string, without addresses, links, phone
// numbers and secrets; the model has no tools. Whatever it answers, and
// whatever the mail told it to answer, a value is let through only if the mail
// shows it, and no answer ends a maintenance.
package propose
