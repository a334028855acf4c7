//! The mailer against a server on this machine that follows a script.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;
use crate::emails::{Rendered, SecretLink};
use crate::values::{Email, PersonName, Timestamp};

/// What a scripted server answers at each step.
#[derive(Clone, Copy)]
struct Script {
    greeting: &'static str,
    sender: &'static str,
    recipient: &'static str,
    taken: &'static str,
    parting: &'static str,
}

const WILLING: Script =
    Script { greeting: "220 hello", sender: "250 fine", recipient: "250 fine", taken: "250 taken", parting: "221 bye" };

/// Hangs up in place of an answer.
const HANGS_UP: &str = "";
/// Says nothing more and keeps the line open.
const SILENT: &str = "…";

/// Serves one conversation, and gives back all that the client said.
async fn server(script: Script) -> (SmtpMailer, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let heard = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        converse(BufReader::new(stream), script).await
    });
    (SmtpMailer::parse(&url).unwrap(), heard)
}

async fn converse(mut stream: BufReader<tokio::net::TcpStream>, script: Script) -> String {
    let mut heard = String::new();
    let mut answer = script.greeting;
    let mut is_in_mail = false;
    loop {
        match answer {
            HANGS_UP => return heard,
            SILENT => std::future::pending().await,
            "none" => {}
            answer => stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap(),
        }
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return heard;
        }
        heard.push_str(&line);
        answer = match line.split([' ', ':', '\r']).next().unwrap_or_default() {
            _ if is_in_mail && line != ".\r\n" => "none",
            "." if is_in_mail => {
                is_in_mail = false;
                script.taken
            }
            "EHLO" => "250-here\r\n250 8BITMIME",
            "MAIL" => script.sender,
            "RCPT" => script.recipient,
            "DATA" => {
                is_in_mail = true;
                "354 go on"
            }
            _ => script.parting,
        };
    }
}

fn mail() -> Outgoing {
    Outgoing {
        message_id: "out_0123456789abcdef@ribbon.example".to_owned(),
        from: Email::parse("gifts@ribbon.example").unwrap(),
        from_name: "Ribbon, Söhne".to_owned(),
        reply_to: Email::parse("help@ribbon.example").unwrap(),
        sent_at: Timestamp::from_seconds(1_795_269_720),
        mail: Rendered {
            to: Email::parse("bea@example.com").unwrap(),
            to_name: Some(PersonName::parse("Bea <\"Bcc: carl@example.com\">").unwrap()),
            subject: "Ada has given you something".to_owned(),
            html: "<p>Für Bea</p>".to_owned(),
            text: "Für Bea\n.\nQUIT\n".to_owned(),
            one_click: Some(SecretLink(STOP.parse().unwrap())),
        },
    }
}

/// As long as they are.
const STOP: &str = "https://gifts.ribbon.example/reminders/stop?token=gift_0123456789abcdef.recipient.Zx0cT1l4Qm9zS2p6d0x1R2h3aVJ5dUVvUGFzZGZnaGpr";

async fn sent(script: Script) -> Result<(), SendError> {
    let (mailer, _) = server(script).await;
    SmtpMailer { timeout: Duration::from_millis(300), ..mailer }.send(&mail()).await
}

#[tokio::test]
async fn a_mail_is_handed_over_with_its_id_its_names_and_both_parts() {
    let (mailer, heard) = server(WILLING).await;
    mailer.send(&mail()).await.unwrap();
    let heard = heard.await.unwrap();
    for said in [
        "MAIL FROM:<gifts@ribbon.example>",
        "RCPT TO:<bea@example.com>",
        "Message-ID: <out_0123456789abcdef@ribbon.example>",
        "Date: Sat, 21 Nov 2026 14:02:00 +0000",
        "Subject: Ada has given you something",
        "Reply-To: ",
        "Auto-Submitted: auto-generated",
        &format!("List-Unsubscribe: <{STOP}>\r\n"),
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
        "F=C3=BCr Bea",
    ] {
        assert!(heard.contains(said), "{said:?} is not in {heard}");
    }
    assert!(heard.is_ascii());
    assert_eq!(heard.matches("RCPT TO").count(), 1);
    assert!(heard.lines().all(|line| !line.starts_with("Bcc:")), "a name is never a header: {heard}");
    assert!(heard.ends_with("QUIT\r\n"));
}

#[tokio::test]
async fn a_greeting_tries_the_server_and_hands_nothing_over() {
    let (mailer, heard) = server(WILLING).await;
    mailer.greet().await.unwrap();
    let heard = heard.await.unwrap();
    assert!(heard.starts_with("EHLO") && heard.ends_with("QUIT\r\n") && !heard.contains("MAIL"), "{heard}");
    let (busy, _heard) = server(Script { greeting: "554 no service", ..WILLING }).await;
    assert_eq!(busy.greet().await, Err(SendError::Temporary("smtp_connect_554".to_owned())));
}

#[tokio::test]
async fn a_mail_that_was_taken_is_sent_whatever_the_server_says_to_the_goodbye() {
    for parting in [SILENT, HANGS_UP, "421 4.4.2 too slow", "500 what"] {
        assert_eq!(sent(Script { parting, ..WILLING }).await, Ok(()), "{parting:?}");
    }
    let refused = Script { recipient: "550 5.1.1 no such mailbox", parting: SILENT, ..WILLING };
    assert_eq!(sent(refused).await, Err(SendError::Refused("smtp_recipient_550".to_owned())));
}

#[tokio::test]
async fn a_refused_recipient_or_mail_is_final() {
    for (script, tag) in [
        (Script { recipient: "550 5.1.1 no such mailbox bea@example.com", ..WILLING }, "smtp_recipient_550"),
        (Script { taken: "554 5.7.1 not wanted", ..WILLING }, "smtp_mail_554"),
    ] {
        assert_eq!(sent(script).await, Err(SendError::Refused(tag.to_owned())));
    }
}

#[tokio::test]
async fn anything_else_is_tried_again() {
    for (script, tag) in [
        (Script { recipient: "451 4.7.1 later", ..WILLING }, "smtp_recipient_451"),
        (Script { recipient: "421 4.3.2 closing", ..WILLING }, "smtp_recipient_421"),
        (Script { greeting: "421 4.7.0 too many from you", ..WILLING }, "smtp_connect_421"),
        (Script { taken: "421 4.3.2 closing", ..WILLING }, "smtp_mail_421"),
        (Script { taken: "452 4.3.1 full", ..WILLING }, "smtp_mail_452"),
        (Script { sender: "550 5.7.1 you may not send as gifts@ribbon.example", ..WILLING }, "smtp_sender_550"),
        (Script { greeting: "554 5.7.1 you are on a list", ..WILLING }, "smtp_connect_554"),
        (Script { greeting: "HTTP/1.1 400 Bad Request", ..WILLING }, "smtp_connect_nonsense"),
        (Script { taken: SILENT, ..WILLING }, "smtp_timeout"),
    ] {
        assert_eq!(sent(script).await, Err(SendError::Temporary(tag.to_owned())));
    }
    for hung_up in
        [Script { greeting: HANGS_UP, ..WILLING }, Script { recipient: HANGS_UP, ..WILLING }, Script { taken: HANGS_UP, ..WILLING }]
    {
        let sent = sent(hung_up).await;
        assert!(matches!(sent, Err(SendError::Temporary(_))), "{sent:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let sent = SmtpMailer::parse(&format!("smtp://{nobody}")).unwrap().send(&mail()).await;
    assert_eq!(sent, Err(SendError::Temporary("smtp_connect_connection".to_owned())));
}

#[test]
fn a_mail_servers_url_says_how_it_is_reached() {
    let reached = |url: &str| SmtpMailer::parse(url).map(|mailer| (mailer.host, mailer.port, mailer.encryption)).ok();
    for (url, expected) in [
        ("smtps://mail.example.com", Some(("mail.example.com", 465, Encryption::FromTheStart))),
        ("smtp://mail.example.com", Some(("mail.example.com", 587, Encryption::WhereOffered))),
        ("smtp://mail.example.com:2525?tls=required", Some(("mail.example.com", 2525, Encryption::Required))),
        ("smtp://relay.internal:25?tls=none", Some(("relay.internal", 25, Encryption::None))),
        ("smtp://localhost:1025", Some(("localhost", 1025, Encryption::None))),
        ("smtp://[::1]:1025", Some(("::1", 1025, Encryption::None))),
        ("http://mail.example.com", None),
        ("smtp://mail.example.com?tls=maybe", None),
        ("smtp:mail", None),
        ("mail.example.com", None),
    ] {
        assert_eq!(reached(url), expected.map(|(host, port, tls)| (host.to_owned(), port, tls)), "{url}");
    }
}

#[test]
fn a_password_may_hold_any_letter_and_is_not_shown() {
    let mailer = SmtpMailer::parse("smtps://ada%40example.com:p%2Fs+w%25r=d&x@mail.example.com").unwrap();
    assert_eq!(mailer.credentials, Some(Credentials::new("ada@example.com".to_owned(), "p/s+w%r=d&x".to_owned())));
    assert_eq!(format!("{mailer:?}"), "SmtpMailer { host: \"mail.example.com\", port: 465, .. }");
    assert!(!SmtpUrlError.to_string().contains("p/s"));
}
