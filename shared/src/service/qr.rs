//! QR codes: drawn for screens and terminals, read from pictures.

use std::{
    borrow::Cow,
    fmt::Write,
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use image::{DynamicImage, GrayImage, ImageReader, imageops, imageops::FilterType};
use qrcode::{Color, EcLevel, QrCode};
use rxing::{BarcodeFormat, helpers::detect_in_luma_slice};

/// Text does not fit a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text does not fit a QR code")]
pub struct TooLong;

/// Light modules around the code (ISO/IEC 18004 §6.3.8).
const QUIET_ZONE: usize = 4;

/// An SVG (no script, no style) of `text`: ECC M, quiet zone 4, black on white, `role="img"` with this label (`screens.md` §2).
/// It has no size of its own: the style sheet gives it one (class `qr`).
pub fn svg(text: &str, label: &str) -> Result<String, TooLong> {
    let code = Modules::of(text)?;
    let side = code.side + 2 * QUIET_ZONE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\"",
        escaped(label)
    );
    for row in 0..code.side {
        let mut column = 0;
        while column < code.side {
            let run = (column..code.side).take_while(|&at| code.is_dark(row, at)).count();
            if run > 0 {
                let (x, y) = (column + QUIET_ZONE, row + QUIET_ZONE);
                let _ = write!(svg, "M{x} {y}h{run}v1h-{run}z");
            }
            column += run + 1;
        }
    }
    svg.push_str("\"/></svg>");
    Ok(svg)
}

/// The same for a terminal: two modules a character, light ones drawn, for light text on a dark ground.
pub fn terminal(text: &str) -> Result<String, TooLong> {
    let code = Modules::of(text)?;
    let side = code.side + 2 * QUIET_ZONE;
    let is_light = |row: usize, column: usize| {
        let inside = |at: usize| at.checked_sub(QUIET_ZONE).filter(|at| *at < code.side);
        !inside(row)
            .zip(inside(column))
            .is_some_and(|(row, column)| code.is_dark(row, column))
    };
    let mut drawn = String::new();
    for row in (0..side).step_by(2) {
        for column in 0..side {
            drawn.push(
                match (is_light(row, column), row + 1 < side && is_light(row + 1, column)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                },
            );
        }
        drawn.push('\n');
    }
    Ok(drawn)
}

/// Why a picture gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Not PNG, JPEG or WebP.
    #[error("not a picture that can be read")]
    NotAPicture,
    /// More than 40 million pixels, or 8 MiB.
    #[error("the picture is too large")]
    TooLarge,
    /// Nothing found, even enlarged.
    #[error("no QR code was found in the picture")]
    NoCode,
}

/// The largest picture, in bytes.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The largest picture, and the largest enlargement of one, in pixels.
const MAX_PIXELS: u64 = 40_000_000;
/// What decoding may allocate: four bytes a pixel, and as much again for the decoder.
const MAX_MEMORY: u64 = 8 * MAX_PIXELS;

/// Reads the QR code in a picture: as it is, then enlarged ×2 and ×3. Slow: run it on a blocking thread.
pub fn read_picture(bytes: &[u8]) -> Result<String, PictureError> {
    let picture = decode(bytes)?;
    let (width, height) = picture.dimensions();
    for scale in 1..=3 {
        let (width, height) = (width.saturating_mul(scale), height.saturating_mul(scale));
        if u64::from(width) * u64::from(height) > MAX_PIXELS {
            break;
        }
        let scaled = match scale {
            1 => Cow::Borrowed(&picture),
            _ => Cow::Owned(imageops::resize(&picture, width, height, FilterType::CatmullRom)),
        };
        // The reader was not written for hostile pictures: should it panic, there is no code to be had.
        let found = catch_unwind(AssertUnwindSafe(|| {
            detect_in_luma_slice(scaled.as_raw(), width, height, Some(BarcodeFormat::QR_CODE))
        }));
        if let Ok(Ok(found)) = found {
            return Ok(found.getText().to_owned());
        }
    }
    Err(PictureError::NoCode)
}

/// The picture in shades of grey, on white where it is transparent.
fn decode(bytes: &[u8]) -> Result<GrayImage, PictureError> {
    if bytes.len() > MAX_BYTES {
        return Err(PictureError::TooLarge);
    }
    let reader = || {
        ImageReader::new(Cursor::new(bytes))
            .with_guessed_format()
            .map_err(|_| PictureError::NotAPicture)
    };
    let (width, height) = reader()?.into_dimensions().map_err(|_| PictureError::NotAPicture)?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::TooLarge);
    }
    let mut reader = reader()?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let picture = reader.decode().map_err(|_| PictureError::NotAPicture)?;
    Ok(if picture.color().has_alpha() {
        on_white(&picture)
    } else {
        picture.into_luma8()
    })
}

fn on_white(picture: &DynamicImage) -> GrayImage {
    let picture = picture.to_luma_alpha8();
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [luma, alpha] = picture.get_pixel(x, y).0.map(u16::from);
        let blended = (luma * alpha + 255 * (255 - alpha)) / 255;
        image::Luma([u8::try_from(blended).unwrap_or(u8::MAX)])
    })
}

/// A code, without its quiet zone.
struct Modules {
    side: usize,
    colors: Vec<Color>,
}

impl Modules {
    fn of(text: &str) -> Result<Self, TooLong> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| TooLong)?;
        Ok(Self {
            side: code.width(),
            colors: code.into_colors(),
        })
    }

    fn is_dark(&self, row: usize, column: usize) -> bool {
        self.colors[row * self.side + column] == Color::Dark
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Luma, LumaA, imageops::rotate90};
    use proptest::prelude::*;

    use super::*;

    const LINK: &str = "https://verifier.example/q/0123456789abcdefghjkmnpqrs?client_id=decentralized_identifier%3Adid%3Aweb%3Averifier.example&request_uri=https%3A%2F%2Fverifier.example%2Frequests%2F0123456789abcdefghjkmnpqrs%2Fobject";

    /// The code as a picture, `pixels` a module.
    fn drawn(text: &str, pixels: u32) -> GrayImage {
        let code = Modules::of(text).unwrap();
        let side = u32::try_from(code.side + 2 * QUIET_ZONE).unwrap();
        GrayImage::from_fn(side * pixels, side * pixels, |x, y| {
            let inside = |at: u32| (at / pixels) as usize;
            let (row, column) = (inside(y).wrapping_sub(QUIET_ZONE), inside(x).wrapping_sub(QUIET_ZONE));
            let dark = row < code.side && column < code.side && code.is_dark(row, column);
            Luma([if dark { 0 } else { 255 }])
        })
    }

    fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.into().write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_code_is_read_from_every_format() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let picture = DynamicImage::from(drawn(LINK, 4)).to_rgb8();
            assert_eq!(
                read_picture(&encoded(picture, format)).as_deref(),
                Ok(LINK),
                "{format:?}"
            );
        }
    }

    #[test]
    fn a_code_is_read_rotated_small_and_on_a_transparent_ground() {
        assert_eq!(
            read_picture(&encoded(rotate90(&drawn(LINK, 4)), ImageFormat::Png)).as_deref(),
            Ok(LINK)
        );
        let drawn_large = drawn(LINK, 6);
        let small = imageops::resize(
            &drawn_large,
            drawn_large.width() / 3,
            drawn_large.height() / 3,
            FilterType::Triangle,
        );
        assert_eq!(read_picture(&encoded(small, ImageFormat::Png)).as_deref(), Ok(LINK));
        let dark = drawn(LINK, 3);
        let transparent = image::GrayAlphaImage::from_fn(dark.width(), dark.height(), |x, y| {
            LumaA([0, 255 - dark.get_pixel(x, y).0[0]])
        });
        assert_eq!(
            read_picture(&encoded(transparent, ImageFormat::Png)).as_deref(),
            Ok(LINK)
        );
    }

    #[test]
    fn pictures_without_a_code_and_what_is_no_picture_are_told_apart() {
        let blank = GrayImage::from_pixel(200, 200, Luma([255]));
        assert_eq!(
            read_picture(&encoded(blank, ImageFormat::Png)),
            Err(PictureError::NoCode)
        );
        assert_eq!(read_picture(b"%PDF-1.7"), Err(PictureError::NotAPicture));
        assert_eq!(read_picture(&[]), Err(PictureError::NotAPicture));
        let cut = encoded(drawn(LINK, 4), ImageFormat::Png);
        assert_eq!(read_picture(&cut[..cut.len() / 2]), Err(PictureError::NotAPicture));
    }

    #[test]
    fn pictures_that_unfold_too_large_are_refused_before_they_do() {
        assert_eq!(read_picture(&vec![0; MAX_BYTES + 1]), Err(PictureError::TooLarge));
        let mut bomb = encoded(GrayImage::new(1, 1), ImageFormat::Png);
        // Width and height of the IHDR chunk, and its checksum.
        bomb[16..24].copy_from_slice(&[0, 0, 0x80, 0, 0, 0, 0x80, 0]);
        let crc = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(read_picture(&bomb), Err(PictureError::TooLarge));
    }

    /// The checksum of PNG chunks.
    fn crc32(bytes: &[u8]) -> u32 {
        let step = |crc: u32| {
            if crc & 1 == 1 {
                0xedb8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            }
        };
        !bytes
            .iter()
            .fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
    }

    #[test]
    fn the_svg_is_labelled_sized_by_css_and_draws_the_very_modules() {
        let svg = svg(LINK, "Code <QR> \"de\" l’invitation").unwrap();
        assert!(
            svg.contains("role=\"img\"") && svg.contains("aria-label=\"Code &lt;QR&gt; &quot;de&quot; l’invitation\"")
        );
        assert!(!svg.contains(" width=") && !svg.contains("style"));
        let code = Modules::of(LINK).unwrap();
        let mut seen = vec![false; code.side * code.side];
        let path = svg.rsplit("d=\"").next().unwrap().split('"').next().unwrap();
        for run in path.split('M').skip(1) {
            let (position, rest) = run.split_once('h').unwrap();
            let (x, y) = position.split_once(' ').unwrap();
            let length: usize = rest.split('v').next().unwrap().parse().unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            (0..length).for_each(|at| seen[(y - QUIET_ZONE) * code.side + x - QUIET_ZONE + at] = true);
        }
        let dark: Vec<bool> = code.colors.iter().map(|color| *color == Color::Dark).collect();
        assert_eq!(seen, dark);
    }

    #[test]
    fn the_terminal_draws_two_modules_a_character() {
        let drawn = terminal("https://a.example").unwrap();
        let rows: Vec<&str> = drawn.lines().collect();
        let side = Modules::of("https://a.example").unwrap().side + 2 * QUIET_ZONE;
        assert_eq!(rows.len(), side.div_ceil(2));
        assert!(rows.iter().all(|row| row.chars().count() == side));
        assert!(rows[0].chars().all(|c| c == '█'));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(svg(&"é".repeat(1500), "").unwrap_err(), TooLong);
        assert_eq!(terminal(&"é".repeat(1500)).unwrap_err(), TooLong);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn what_is_drawn_is_read(text in "[ -~]{1,200}", pixels in 2u32..5) {
            let picture = encoded(drawn(&text, pixels), ImageFormat::Png);
            prop_assert_eq!(read_picture(&picture), Ok(text));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = read_picture(&bytes);
        }
    }
}
