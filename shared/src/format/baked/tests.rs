use proptest::prelude::*;
use serde_json::json;

use super::*;

const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.e30.AAAA";
const SVG: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a > b -->\n<svg xmlns=\"http://www.w3.org/2000/svg\" \
                   viewBox=\"0 0 8 8\" class='a>b'>\n  <title>L’atelier &amp; nous &#233;</title>\n  <rect width=\"8\"/>\n</svg>\n";

fn chunk(kind: [u8; 4], bytes: &[u8]) -> Vec<u8> {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&kind);
    hasher.update(bytes);
    let length = u32::try_from(bytes.len()).unwrap();
    [
        &length.to_be_bytes()[..],
        &kind,
        bytes,
        &hasher.finalize().to_be_bytes()[..],
    ]
    .concat()
}

/// A picture of one grey pixel, with these chunks before its pixels.
fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
    let pixels = [0x78, 0x01, 0x63, 0x60, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01];
    [
        png::SIGNATURE.to_vec(),
        chunk(*b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]),
        chunks.concat(),
        chunk(*b"IDAT", &pixels),
        chunk(*b"IEND", &[]),
    ]
    .concat()
}

fn itxt(keyword: &str, flags: [u8; 2], text: &[u8]) -> Vec<u8> {
    chunk(
        *b"iTXt",
        &[keyword.as_bytes(), &[0], &flags, b"fr\0badge\0", text].concat(),
    )
}

fn badge() -> String {
    json!({ "@context": ["https://www.w3.org/ns/credentials/v2"], "name": "Soudure ]]> & <é> ]]]]>>" }).to_string()
}

/// An SVG whose root holds `inside`.
fn svg(inside: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:ob=\"https://purl.imsglobal.org/ob/v3p0\">{inside}</svg>")
}

#[test]
fn ob_012_a_baked_badge_comes_out_as_it_went_in() {
    for picture in [png(&[]), SVG.as_bytes().to_vec()] {
        for credential in [badge(), TOKEN.to_owned()] {
            let baked = bake(&picture, &credential).unwrap();
            assert_eq!(unbake(&baked).as_deref(), Ok(credential.as_str()));
            assert_eq!(unbake(&picture), Err(BakedError::NoBadge));
            assert_eq!(bake(&baked, &credential), Err(BakedError::AlreadyBaked));
        }
    }
}

#[test]
fn ob_012_every_other_byte_of_a_png_stays() {
    let picture = png(&[chunk(*b"tEXt", b"Author\0Nadia"), itxt("Comment", [0, 0], b"bonjour")]);
    let behind = [picture.clone(), b"more".to_vec()].concat();
    let baked = bake(&behind, TOKEN).unwrap();
    let inserted = baked.len() - behind.len();
    let header = 8 + 25;
    assert_eq!(baked[..header], behind[..header]);
    assert_eq!(baked[header + inserted..], behind[header..]);
    let expected = chunk(*b"iTXt", &[b"openbadgecredential\0\0\0\0\0", TOKEN.as_bytes()].concat());
    assert_eq!(baked[header..header + inserted], expected);
}

#[test]
fn ob_012_every_other_byte_of_an_svg_stays() {
    let baked = String::from_utf8(bake(SVG.as_bytes(), TOKEN).unwrap()).unwrap();
    let declaration = " xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\"";
    let element = format!("<openbadges:credential verify=\"{TOKEN}\"></openbadges:credential>");
    assert_eq!(baked.matches(declaration).count(), 1);
    assert!(baked.contains(&format!("class='a>b'>{element}\n")), "{baked}");
    assert_eq!(baked.replacen(declaration, "", 1).replacen(&element, "", 1), SVG);
}

#[test]
fn ob_012_roots_of_every_writing_take_a_badge() {
    for root in [
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        "<svg xmlns='http://www.w3.org/2000/svg' />",
        "\u{feff}<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>",
        "\u{feff}<?xml version='1.0' encoding='utf-8'?><svg xmlns=\"http://www.w3.org/2000/svg\"></svg>",
        "\n <s:svg xmlns:s=\"http://www.w3.org/2000/svg\"/>",
        "<svg\n\txmlns=\"http://www.w3.org/2000/svg\" xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\"/>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:openbadges=\"http://openbadges.org\"><openbadges:assertion/></svg>",
    ] {
        for credential in [badge(), TOKEN.to_owned()] {
            let baked = bake(root.as_bytes(), &credential).unwrap();
            assert_eq!(unbake(&baked).as_deref(), Ok(credential.as_str()), "{root}");
        }
    }
}

#[test]
fn ob_012_badges_that_others_baked_are_read() {
    let inside = [
        format!("<ob:credential verify=\"{TOKEN}\"/>"),
        format!("<g><ob:credential verify=' {TOKEN}\n'>\n</ob:credential></g>"),
        format!("<credential xmlns=\"https://purl.imsglobal.org/ob/v3p0\" verify=\"{TOKEN}\"/>"),
    ];
    for inside in inside {
        assert_eq!(unbake(svg(&inside).as_bytes()).as_deref(), Ok(TOKEN), "{inside}");
    }
    let text = "<ob:credential>\r\n {&quot;a&quot;:<![CDATA[ \"b\"]]>&#x7d; </ob:credential>";
    assert_eq!(unbake(svg(text).as_bytes()).as_deref(), Ok("{\"a\": \"b\"}"));
    let told = itxt("openbadgecredential", [0, 0], badge().as_bytes());
    assert_eq!(
        unbake(&png(&[told])),
        Ok(badge()),
        "with a language and a translated keyword"
    );
}

#[test]
fn ob_012_a_badge_is_there_once() {
    let once = itxt("openbadgecredential", [0, 0], TOKEN.as_bytes());
    assert_eq!(unbake(&png(&[once.clone(), once])), Err(BakedError::Repeated));
    let once = format!("<ob:credential verify=\"{TOKEN}\"/>");
    assert_eq!(
        unbake(svg(&format!("{once}<g>{once}</g>")).as_bytes()),
        Err(BakedError::Repeated)
    );
}

#[test]
fn ob_012_a_compressed_badge_is_refused() {
    for (flags, error) in [
        ([1, 0], BakedError::Compressed),
        ([1, 7], BakedError::Compressed),
        ([2, 0], BakedError::MalformedBadge),
        ([0, 1], BakedError::MalformedBadge),
    ] {
        let chunk = itxt("openbadgecredential", flags, TOKEN.as_bytes());
        assert_eq!(unbake(&png(&[chunk])), Err(error), "{flags:?}");
    }
}

#[test]
fn badges_of_before_are_told_by_name() {
    let old = b"openbadges\0{\"uid\":\"1\"}";
    for chunk in [
        chunk(*b"tEXt", old),
        itxt("openbadges", [0, 0], b"https://badges.example.org/1"),
    ] {
        let picture = png(&[chunk]);
        assert_eq!(unbake(&picture), Err(BakedError::Former(Former::V2)));
        let rebaked = bake(&picture, TOKEN).unwrap();
        assert_eq!(
            unbake(&rebaked).as_deref(),
            Ok(TOKEN),
            "the new one is beside the old one"
        );
    }
    let picture = "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:openbadges=\"http://openbadges.org\">\
                   <openbadges:assertion verify=\"https://badges.example.org/1\"/></svg>";
    assert_eq!(unbake(picture.as_bytes()), Err(BakedError::Former(Former::V2)));
    for (text, edition) in [
        ("https://badges.example.org/assertions/1", Former::Hosted),
        (r#"{"@context":"https://w3id.org/openbadges/v2"}"#, Former::V2),
    ] {
        let chunk = itxt("openbadgecredential", [0, 0], text.as_bytes());
        assert_eq!(unbake(&png(&[chunk])), Err(BakedError::Former(edition)));
    }
}

#[test]
fn a_damaged_png_is_refused() {
    let whole = bake(&png(&[]), TOKEN).unwrap();
    for end in 8..whole.len() {
        assert_eq!(unbake(&whole[..end]), Err(BakedError::MalformedPng), "cut at {end}");
    }
    for at in 8..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 0x20;
        assert!(unbake(&broken).is_err(), "byte {at}");
    }
    let without_header = [png::SIGNATURE.to_vec(), chunk(*b"IEND", &[])].concat();
    assert_eq!(unbake(&without_header), Err(BakedError::MalformedPng));
    let short_header = [png::SIGNATURE.to_vec(), chunk(*b"IHDR", &[0; 12]), chunk(*b"IEND", &[])].concat();
    assert_eq!(bake(&short_header, TOKEN), Err(BakedError::MalformedPng));
    for text in [&b""[..], b"\0", b"\0\0", b"\0\0\0", b"\0\0fr\0"] {
        let chunk = chunk(*b"iTXt", &[b"openbadgecredential\0", text].concat());
        assert_eq!(unbake(&png(&[chunk])), Err(BakedError::MalformedBadge), "{text:?}");
    }
    let latin = itxt("openbadgecredential", [0, 0], b"{\"a\":\"\xe9\"}");
    assert_eq!(unbake(&png(&[latin])), Err(BakedError::MalformedBadge));
}

#[test]
fn a_damaged_svg_is_refused() {
    for text in [
        "<svg xmlns=\"http://www.w3.org/2000/svg\">",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg></svg>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"></g>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>more",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" a=\"1\" a=\"2\"/>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\">&nbsp;</svg>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\">&#0;</svg>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><!-- -- --></svg>",
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><?xml version=\"1.0\"?></svg>",
    ] {
        assert_eq!(unbake(text.as_bytes()), Err(BakedError::MalformedSvg), "{text}");
        assert_eq!(bake(text.as_bytes(), TOKEN), Err(BakedError::MalformedSvg), "{text}");
    }
    let latin = b"<svg xmlns=\"http://www.w3.org/2000/svg\">\xe9</svg>";
    assert_eq!(unbake(latin), Err(BakedError::MalformedSvg));
    for inside in [
        "<ob:credential/>".to_owned(),
        "<ob:credential></ob:credential>".to_owned(),
        "<ob:credential>bonjour</ob:credential>".to_owned(),
        "<ob:credential><![CDATA[{\"a\":1,\"a\":2}]]></ob:credential>".to_owned(),
        format!("<ob:credential verify=\"{TOKEN}\">{{}}</ob:credential>"),
        "<ob:credential><g/>{}</ob:credential>".to_owned(),
    ] {
        assert_eq!(
            unbake(svg(&inside).as_bytes()),
            Err(BakedError::MalformedBadge),
            "{inside}"
        );
    }
}

#[test]
fn a_document_type_is_refused_before_it_defines_anything() {
    let doubling = "<!DOCTYPE svg [<!ENTITY a \"&b;&b;\"><!ENTITY b \"{}\">]>\
                    <svg xmlns=\"http://www.w3.org/2000/svg\">&a;</svg>";
    let public = "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">\
                  <svg xmlns=\"http://www.w3.org/2000/svg\"/>";
    for text in [doubling, public] {
        assert_eq!(unbake(text.as_bytes()), Err(BakedError::DocumentType));
        assert_eq!(bake(text.as_bytes(), TOKEN), Err(BakedError::DocumentType));
    }
}

#[test]
fn pictures_made_to_be_slow_are_refused() {
    let deep = svg(&format!("{}{}", "<g>".repeat(300), "</g>".repeat(300)));
    assert_eq!(unbake(deep.as_bytes()), Err(BakedError::MalformedSvg));
    let declarations: Vec<String> = (0..10_000).map(|index| format!("xmlns:a{index}=\"b\"")).collect();
    let named = svg(&format!("<g {}/>", declarations.join(" ")));
    assert_eq!(unbake(named.as_bytes()), Err(BakedError::MalformedSvg));
    let members: Vec<String> = (0..10_000).map(|index| format!("a{index}=\"\"")).collect();
    let root = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" {}/>", members.join(" "));
    assert_eq!(unbake(root.as_bytes()), Err(BakedError::MalformedSvg));
}

#[test]
fn what_is_no_picture_or_no_credential_is_told() {
    for text in [
        "",
        "bonjour",
        "{}",
        "GIF89a",
        "<html xmlns=\"http://www.w3.org/1999/xhtml\"/>",
        "<svg/>",
        "<?xml version='1.0'?>",
    ] {
        assert_eq!(unbake(text.as_bytes()), Err(BakedError::NotAPicture), "{text}");
    }
    for credential in ["", "bonjour", "[]", "{\"a\":1,\"a\":1}", "a.b", "e30.e30."] {
        assert_eq!(
            bake(&png(&[]), credential),
            Err(BakedError::NotACredential),
            "{credential}"
        );
    }
    let hidden = "{\"a\":\"\u{ffff}\"}";
    assert_eq!(bake(SVG.as_bytes(), hidden), Err(BakedError::NotForXml));
    assert!(bake(&png(&[]), hidden).is_ok());
    assert_eq!(Picture::recognise(SVG.as_bytes()).map(Picture::extension), Some("svg"));
    assert_eq!(
        Picture::recognise(&png(&[])).map(Picture::media_type),
        Some("image/png")
    );
}

#[test]
fn what_is_too_large_is_refused() {
    let large = vec![b'<'; MAX_PICTURE + 1];
    assert_eq!(unbake(&large), Err(BakedError::TooLarge));
    assert_eq!(bake(&large, TOKEN), Err(BakedError::TooLarge));
    let full = png(&[chunk(*b"tEXt", &vec![b'a'; MAX_PICTURE - 200])]);
    assert!(full.len() <= MAX_PICTURE);
    assert_eq!(bake(&full, &badge()), Err(BakedError::TooLarge), "with the badge");
    let credential = format!("{{\"a\":\"{}\"}}", "a".repeat(MAX_CREDENTIAL));
    assert_eq!(bake(&png(&[]), &credential), Err(BakedError::CredentialTooLarge));
    let chunk = itxt("openbadgecredential", [0, 0], credential.as_bytes());
    assert_eq!(unbake(&png(&[chunk])), Err(BakedError::CredentialTooLarge));
    let inside = format!("<ob:credential>{credential}</ob:credential>");
    assert_eq!(unbake(svg(&inside).as_bytes()), Err(BakedError::CredentialTooLarge));
}

#[test]
fn line_ends_of_a_baked_text_are_those_of_xml() {
    let baked = bake(SVG.as_bytes(), "{\r\n\"a\":\r1}").unwrap();
    assert_eq!(unbake(&baked).as_deref(), Ok("{\n\"a\":\n1}"));
}

proptest! {
    #[test]
    fn baking_and_taking_out_is_the_identity(
        texts in proptest::collection::vec("[ -~é\\]>&<\u{10000}\u{fffd}]{0,30}", 0..6), author in "[a-z]{0,12}", inside in "[a-z &&[^&]]{0,12}",
    ) {
        let credential = json!({ "texts": texts }).to_string();
        let pictures = [
            png(&[chunk(*b"tEXt", format!("Author\0{author}").as_bytes())]),
            svg(&format!("<text id=\"{author}\">{inside}</text>")).into_bytes(),
        ];
        for picture in pictures {
            let baked = bake(&picture, &credential).unwrap();
            prop_assert_eq!(unbake(&baked), Ok(credential.clone()));
            prop_assert_eq!(bake(&baked, &credential), Err(BakedError::AlreadyBaked));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "[<>/?!\\[\\]a-z:=\"' &;-]{0,80}") {
        for picture in [bytes.clone(), text.clone().into_bytes(), [&png::SIGNATURE[..], &bytes].concat(), svg(&text).into_bytes()] {
            if let Ok(credential) = unbake(&picture) {
                prop_assert!(form(&credential).is_some());
            }
            let _ = bake(&picture, TOKEN);
        }
    }
}
