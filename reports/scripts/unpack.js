  // Columns as JSON, gzip, base64, inside the page.
  const unpack = async (text) => {
    const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  };

  const packed = find("packed");
  let book = null;
  if (packed) {
    try {
      book = await unpack(packed.textContent);
      packed.remove();
    } catch {
      find("explorer-failed").textContent = find("explorer-failed").dataset.text;
      find("explorer-failed").hidden = false;
    }
  }
