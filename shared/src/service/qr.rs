//! QR codes: drawn for screens and terminals, read from pictures.
/// Text does not fit a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text does not fit a QR code")]
pub struct TooLong;
/// An SVG (no script, no style) of `text`: ECC M, quiet zone 4, black on white, `role="img"` with this label (`screens.md` §2).
pub fn svg(text: &str, label: &str) -> Result<String, TooLong> { todo!() }
/// The same for a terminal: two modules a character.
pub fn terminal(text: &str) -> Result<String, TooLong> { todo!() }
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
/// Reads the QR code in a picture: as it is, then enlarged ×2 and ×3. Slow: run it on a blocking thread.
pub fn read_picture(bytes: &[u8]) -> Result<String, PictureError> { todo!() }
